using System.Text.RegularExpressions;
using WsFanout.Tests.Docs;

namespace WsFanout.Tests.Deploy;

/// <summary>Whoever is woken by an alert finds its paragraph, and no paragraph is of an alert that is gone.</summary>
public sealed partial class RunbookTests
{
    private const string Path = "deploy/RUNBOOK.md";

    private static readonly string Text = RepositoryFiles.ReadText(Path);

    /// <summary>Paragraphs of alerts come before it.</summary>
    private static readonly int Symptoms = Text.IndexOf("\n## What usually lies behind it\n", StringComparison.Ordinal);

    private static readonly IReadOnlyList<AlertRule> Rules = [.. AlertRule.Files.SelectMany(file => AlertRule.Parse(RepositoryFiles.ReadText(file)))];

    [Fact]
    public void Every_alert_has_its_paragraph_and_every_paragraph_its_alert()
    {
        Assert.Equal(Rules.Select(rule => rule.Name).Distinct(), Paragraphs().Select(paragraph => paragraph.Name));
    }

    [Fact]
    public void Every_alert_leads_to_its_paragraph()
    {
        Assert.All(Rules, rule => Assert.Equal($"{Path}#{MarkdownText.AnchorOf(rule.Name)}", rule.Runbook));
    }

    [Fact]
    public void Every_paragraph_says_what_it_means_where_to_look_and_what_cures_it()
    {
        Assert.All(Paragraphs(), paragraph =>
        {
            Assert.Matches(@"\*\*Meaning\.\*\* .+(?s:.*)\*\*First look\.\*\*(?s:.*)\*\*Cure\.\*\* .+", paragraph.Text);
            Assert.Matches("(?m)^```(promql|console)$", paragraph.Text);
        });
    }

    [Fact]
    public void Every_alert_has_its_row_in_the_table()
    {
        var rows = AlertRow().Matches(Text).Select(match => (match.Groups["name"].Value, match.Groups["severities"].Value));

        Assert.Equal(Rules.GroupBy(rule => rule.Name).Select(rules => (rules.Key, string.Join(", ", rules.Select(rule => rule.Severity)))), rows);
    }

    private static IEnumerable<(string Name, string Text)> Paragraphs()
    {
        Assert.True(Symptoms > 0);
        return Regex.Split(Text[..Symptoms], "^### ", RegexOptions.Multiline).Skip(1)
            .Select(text => (text[..text.IndexOf('\n', StringComparison.Ordinal)], text));
    }

    [GeneratedRegex(@"^\| (?<name>\w+) \|.*\| (?<severities>(?:warning|critical|error)[^|]*) \|$", RegexOptions.Multiline)]
    private static partial Regex AlertRow();
}
