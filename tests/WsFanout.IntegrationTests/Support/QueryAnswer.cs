using System.Globalization;
using System.Text;
using WsFanout.Tests.Deploy;

namespace WsFanout.IntegrationTests.Support;

/// <summary>What a live Prometheus found for a query of the dashboard.</summary>
/// <param name="Series">Series with a number.</param>
/// <param name="NotZero">Those whose number is not 0.</param>
internal sealed record QueryAnswer(DashboardQuery Query, int Series, int NotZero)
{
    /// <summary>Panel, query, and how many series it found.</summary>
    public static string Table(IEnumerable<QueryAnswer> answers)
    {
        var table = new StringBuilder("| panel | query | series | not 0 |\n|---|---|---:|---:|\n");
        foreach (var (query, series, notZero) in answers)
        {
            table.Append(CultureInfo.InvariantCulture, $"| {query.Panel} | `{query.Text.Replace("|", "\\|", StringComparison.Ordinal)}` | {series} | {notZero} |\n");
        }

        return table.ToString();
    }
}
