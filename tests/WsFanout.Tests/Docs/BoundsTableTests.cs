using System.Reflection;
using System.Text.RegularExpressions;
using WsFanout.Hosting.Settings.Catalogue;
using WsFanout.Tests.Hosting.Settings;

namespace WsFanout.Tests.Docs;

/// <summary>The README's table of what is bounded is whole, and each bound is one of a setting or constant that exists.</summary>
public sealed partial class BoundsTableTests
{
    private const string Begin = "<!-- bounds -->";
    private const string End = "<!-- /bounds -->";

    // The design's table, copied by hand, and what it lacks: nothing in it may leave the README.
    private static readonly string[] Bounds =
    [
        "pull credit", "ring between intake and workers", "messages taken, deliveries made", "CPU, memory", "send queue of a client", "what waits beyond it in a burst", "replays of a client", "history", "channels remembered", "publish requests", "lines of a publish request", "publishers' connections, HTTP/2 on each",
        "connections, units of concurrency", "connections that are no clients", "new connections", "HTTP in flight on a connection", "refusals", "client message, channels, patterns, rate", "answers waiting", "kernel send buffer",
    ];

    [Fact]
    public void Every_bound_of_the_design_has_its_row() => Assert.Equal(Bounds, Rows().Select(row => row[0]));

    [Fact]
    public void Every_bound_is_a_setting_or_a_constant_of_the_code() => Assert.All(Rows(), row =>
    {
        var names = Quoted().Matches(row[2]).Select(match => match.Groups["name"].Value).ToList();

        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.True(AllSettings.ByName.ContainsKey(name) || IsConstant(name), $"\"{row[0]}\" names {name}, which is no setting and no constant of the code"));
    });

    [Fact]
    public void Every_row_says_what_happens_when_it_is_full() => Assert.All(Rows(), row => Assert.NotEmpty(row[3]));

    private static List<string[]> Rows()
    {
        var text = RepositoryFiles.Read("README.md");
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        Assert.True(begin >= 0 && end > begin, $"README.md lacks the markers {Begin} and {End}");
        var lines = text[(begin + Begin.Length)..end].Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.StartsWith('|'));

        // Behind the heading and the line under it.
        var rows = lines.Skip(2).Select(line => line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries)).ToList();
        Assert.All(rows, row => Assert.Equal(4, row.Length));
        return rows;
    }

    private static bool IsConstant(string name)
    {
        if (name.Split('.') is not [var type, var field]) return false;
        return typeof(AllSettings).Assembly.GetTypes().Any(candidate =>
            candidate.Name == type && candidate.GetField(field, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic) is { IsLiteral: true });
    }

    [GeneratedRegex("`(?<name>[^`]+)`")]
    private static partial Regex Quoted();
}
