using System.Globalization;
using System.Text;

namespace WsFanout.Planning.SystemCheck;

/// <summary>The report for people: a line an item, below it why, and what mends it.</summary>
internal static class TextReport
{
    private const string Indent = "           ";

    /// <param name="hasColours">For a terminal; else plain.</param>
    public static string Write(CheckReport report, bool hasColours)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"WsFanout {report.Version}, check\n");
        foreach (var group in Groups.InOrder)
        {
            var findings = report.Findings.Where(finding => finding.Group == group).ToList();
            if (findings.Count == 0) continue;
            text.Append(CultureInfo.InvariantCulture, $"\n{char.ToUpperInvariant(group[0])}{group[1..]}\n");
            var width = findings.Max(finding => finding.Name.Length);
            foreach (var finding in findings) Write(text, finding, width, hasColours);
        }

        return text.Append(CultureInfo.InvariantCulture, $"\n{Summary(report)}\n").ToString();
    }

    private static void Write(StringBuilder text, Finding finding, int width, bool hasColours)
    {
        var word = CheckReport.Word(finding.Verdict).PadRight(8);
        var line = $"  {(hasColours ? Coloured(finding.Verdict, word) : word)} {finding.Name.PadRight(width)}  {Sides(finding)}";
        text.Append(line.TrimEnd()).Append('\n');
        if (finding.Detail is { } detail) text.Append(Indent).Append(detail).Append('\n');
        foreach (var cure in finding.Cure) text.Append(Indent).Append("-> ").Append(cure).Append('\n');
    }

    private static string Sides(Finding finding)
    {
        var found = finding.Found is null ? null : $"found {finding.Found}";
        var needed = finding.Needed is null ? null : $"needed {finding.Needed}";
        var sides = string.Join(", ", new[] { found, needed }.OfType<string>());
        return string.Join(": ", new[] { finding.Subject, sides }.Where(part => !string.IsNullOrEmpty(part)));
    }

    private static string Summary(CheckReport report)
    {
        var counts = string.Join(", ", Enum.GetValues<Verdict>().Reverse().Where(verdict => report.Count(verdict) > 0).Select(verdict => $"{report.Count(verdict)} {CheckReport.Word(verdict)}"));
        var outcome = report.ExitCode switch
        {
            Tools.ExitCode.Done => "Nothing keeps the server from its work.",
            Tools.ExitCode.Failed when report.Count(Verdict.Error) == 0 => "Warnings count as errors (--strict).",
            Tools.ExitCode.Failed => "What is marked error has to be mended first.",
            _ => "The server would not start with these settings.",
        };
        return $"{counts}. {outcome}";
    }

    private static string Coloured(Verdict verdict, string word)
    {
        var colour = verdict switch
        {
            Verdict.Ok => 32,
            Verdict.Error => 31,
            Verdict.Warning => 33,
            _ => 36,
        };
        return string.Create(CultureInfo.InvariantCulture, $"\u001b[{colour}m{word}\u001b[0m");
    }
}
