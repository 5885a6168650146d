using System.Globalization;

namespace WsFanout.IntegrationTests.Support;

/// <summary>The live metrics of a server that is a process of its own.</summary>
internal static class MetricsPage
{
    /// <param name="series">Labels as they are written there: <c>ws_gaps_total{reason="slow"}</c>.</param>
    /// <returns>Null when there is no such series.</returns>
    public static async Task<double?> ReadAsync(Uri address, string series)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var text = await http.GetStringAsync(new Uri(address, "metrics"));
        var line = text.Split('\n').SingleOrDefault(one => one.StartsWith(series + " ", StringComparison.Ordinal));
        var value = line?[(series.Length + 1)..];
        return value is null ? null : value == "+Inf" ? double.PositiveInfinity : double.Parse(value, CultureInfo.InvariantCulture);
    }
}
