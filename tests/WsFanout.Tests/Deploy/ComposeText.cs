using System.Text.RegularExpressions;

namespace WsFanout.Tests.Deploy;

/// <summary>Finds parts of a compose file by its indentation. No YAML reader is in the tests' packages.</summary>
internal static partial class ComposeText
{
    public static string Service(string file, string name) => Block(RepositoryFiles.ReadText(file), name);

    /// <summary>The lines under <c>key:</c> that are deeper than it, without those around them. The key may carry an anchor.</summary>
    public static string Block(string text, string key)
    {
        var match = Regex.Match(text, $@"^( *){key}:(?: &[\w-]+)?\n((?:\1 +.*\n|\n)+)", RegexOptions.Multiline);
        Assert.True(match.Success, $"No block '{key}' in:\n{text}");
        return match.Groups[2].Value;
    }

    public static string Value(string service, string key)
    {
        var match = Regex.Match(service, $@"^ +{key}: (.+)$", RegexOptions.Multiline);
        Assert.True(match.Success, $"No '{key}' in:\n{service}");
        return match.Groups[1].Value;
    }

    /// <returns>As <c>host:container</c>, with the address where there is one.</returns>
    public static IEnumerable<string> PublishedPorts(string file) => PublishedPort().Matches(RepositoryFiles.ReadText(file)).Select(match => match.Groups[1].Value);

    /// <returns>What is given to containers, without and with its value.</returns>
    public static IEnumerable<(string Name, string Value)> Variables(string text) =>
        Variable().Matches(text).Select(match => (match.Groups[1].Value, match.Groups[2].Value));

    [GeneratedRegex(@"^ +- ([A-Z_]+)=(\S*)", RegexOptions.Multiline)]
    private static partial Regex Variable();

    [GeneratedRegex(@"^ +- ""([\d.:]+:\d+)""$", RegexOptions.Multiline)]
    private static partial Regex PublishedPort();
}
