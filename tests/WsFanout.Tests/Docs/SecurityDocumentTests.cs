using System.Text.RegularExpressions;
using WsFanout.Tests.Deploy;

namespace WsFanout.Tests.Docs;

/// <summary>Nothing is promised in SECURITY.md without a test that is there.</summary>
public sealed partial class SecurityDocumentTests
{
    private static readonly string Text = RepositoryFiles.ReadText("SECURITY.md");

    [Fact]
    public void Every_promise_names_a_test_that_is_there()
    {
        var rows = Text.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.EndsWith("| shown by |", StringComparison.Ordinal)).ToList();

        Assert.True(rows.Count >= 20, $"only {rows.Count} rows were found");
        Assert.All(rows, row => Assert.Contains(TestFile().Matches(row), match => HoldsTests(match.Groups["path"].Value)));
    }

    [Fact]
    public void Every_link_is_to_a_test_of_its_name()
    {
        Assert.All(TestFile().Matches(Text), match =>
        {
            Assert.Equal(match.Groups["name"].Value, Path.GetFileNameWithoutExtension(match.Groups["path"].Value));
            Assert.True(HoldsTests(match.Groups["path"].Value), $"{match.Groups["path"].Value} has no test");
        });
    }

    private static bool HoldsTests(string path) => TestAttribute().IsMatch(RepositoryFiles.ReadText(path));

    [GeneratedRegex(@"\[(?<name>\w+)\]\((?<path>tests/[^)]+\.cs)\)")]
    private static partial Regex TestFile();

    [GeneratedRegex(@"(?m)^    \[\w*(?:Fact|Theory)")]
    private static partial Regex TestAttribute();
}
