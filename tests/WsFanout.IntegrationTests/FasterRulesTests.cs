using System.Text.RegularExpressions;
using WsFanout.IntegrationTests.Support;
using WsFanout.Tests.Deploy;

namespace WsFanout.IntegrationTests;

public sealed class FasterRulesTests
{
    public static TheoryData<string> Files => [.. AlertRule.Files];

    [Theory]
    [InlineData("        for: 5m", "        for: 15000ms")]
    [InlineData("        for: 30s", "        for: 1500ms")]
    [InlineData("        for: 10s", "        for: 1000ms")]
    [InlineData("expr: rate(ws_a[5m]) + increase(ws_b[1h]) > 0", "expr: rate(ws_a[15000ms]) + increase(ws_b[180000ms]) > 0")]
    [InlineData("expr: rate(ws_a[1m]) > 0", "expr: rate(ws_a[5000ms]) > 0")]
    [InlineData("description: in use for 5m, look for: 1m", "description: in use for 5m, look for: 1m")]
    public void Waits_and_ranges_become_shorter_and_not_too_short(string line, string faster)
    {
        Assert.Equal(faster, FasterRules.Of(line));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Nothing_else_of_the_real_rules_changes(string file)
    {
        var rules = RepositoryFiles.ReadText(file);

        Assert.NotEqual(rules, FasterRules.Of(rules));
        Assert.Equal(WithoutTimes(rules), WithoutTimes(FasterRules.Of(rules)));
    }

    private static string WithoutTimes(string rules) => Regex.Replace(rules, @"(?<=^ +for: )\w+$|(?<=\[)\w+(?=\])", "?", RegexOptions.Multiline);
}
