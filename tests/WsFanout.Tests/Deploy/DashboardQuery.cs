using System.Text.RegularExpressions;

namespace WsFanout.Tests.Deploy;

/// <summary>One query of the dashboard.</summary>
/// <param name="Panel">Title of its panel.</param>
/// <param name="Text">PromQL with the dashboard's variables.</param>
internal sealed partial record DashboardQuery(string Panel, string Text)
{
    /// <summary>Whether it reads what only some machines tell: the quota of a container, the host's other guests.</summary>
    public bool DependsOnTheMachine => Machine().IsMatch(Text);

    /// <summary>The query as Grafana would send it.</summary>
    /// <param name="instance">A regular expression.</param>
    /// <param name="interval">Instead of <c>$__rate_interval</c>.</param>
    public string For(string instance, string interval) => Text
        .Replace("$job", "wsfanout", StringComparison.Ordinal)
        .Replace("$instance", instance, StringComparison.Ordinal)
        .Replace("$__rate_interval", interval, StringComparison.Ordinal);

    [GeneratedRegex("ws_cpu_(throttled|steal|pressure)|ws_memory_pressure")]
    private static partial Regex Machine();
}
