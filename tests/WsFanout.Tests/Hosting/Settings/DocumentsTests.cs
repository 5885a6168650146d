using System.Text.RegularExpressions;
using WsFanout.Hosting.Settings;

namespace WsFanout.Tests.Hosting.Settings;

/// <summary>What is written about the settings is what the code does.</summary>
public sealed partial class DocumentsTests
{
    [Fact]
    public void The_tables_of_docs_settings_are_the_catalogue() =>
        AssertSame(SettingTables.Full(), Between(RepositoryFiles.Read("docs/SETTINGS.md"), "docs/SETTINGS.md"), "docs-settings-tables.md");

    [Fact]
    public void The_table_of_the_readme_is_the_catalogue()
    {
        // Until there is a README there is nothing that could be wrong in it.
        if (File.Exists(Path.Combine(RepositoryFiles.Root, "README.md")))
        {
            AssertSame(SettingTables.Short(), Between(RepositoryFiles.Read("README.md"), "README.md"), "readme-settings-table.md");
        }
    }

    [Fact]
    public void The_environment_example_is_the_catalogue() =>
        AssertSame(SettingTables.EnvironmentExample(), RepositoryFiles.Read(".env.example"), "env.example");

    [Fact]
    public void The_environment_example_copied_as_it_is_changes_nothing()
    {
        var result = Reading.OfFile(RepositoryFiles.Read(".env.example"));

        Reading.Sound(result);
        Assert.DoesNotContain(result.Effective, setting => setting.Origin == SettingOrigin.Given);
    }

    [Fact]
    public void Each_line_of_the_environment_example_with_its_sign_taken_off_is_read()
    {
        var lines = Assignment().Matches(RepositoryFiles.Read(".env.example"));

        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.DoesNotContain(Reading.OfFile(line.Groups["line"].Value).Errors, error => error.Contains("must be", StringComparison.Ordinal)));
    }

    private static string Between(string text, string file)
    {
        var begin = text.IndexOf(SettingTables.Begin, StringComparison.Ordinal);
        var end = text.IndexOf(SettingTables.End, StringComparison.Ordinal);
        Assert.True(begin >= 0 && end > begin, $"{file} lacks the markers {SettingTables.Begin} and {SettingTables.End}, each on its own line");
        return text[(begin + SettingTables.Begin.Length)..end];
    }

    private static void AssertSame(string expected, string actual, string name)
    {
        if (expected.Trim() == actual.Trim())
        {
            return;
        }

        var path = Path.Combine(AppContext.BaseDirectory, name);
        File.WriteAllText(path, expected);
        Assert.Fail($"The text is not what the catalogue says. The right one stands in {path} and here:\n{expected}");
    }

    [GeneratedRegex("^#(?<line>[A-Z0-9_]+=.+)$", RegexOptions.Multiline)]
    private static partial Regex Assignment();
}
