namespace WsFanout.Hosting.Settings.Grammars;

/// <summary>Subjects of the stream, wildcards allowed.</summary>
internal static class Subjects
{
    public const int MaxLength = 1024;

    public static ListGrammar<string> Grammar { get; } = new("NATS subjects like odin.token.>, several by comma", Read, subject => subject);

    /// <summary>Whether at least one subject that starts with the prefix can match the pattern.</summary>
    public static bool CanMatch(string pattern, string prefix)
    {
        var patternTokens = pattern.Split('.');
        var prefixTokens = prefix.Split('.', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < prefixTokens.Length; i++)
        {
            if (i == patternTokens.Length)
            {
                return false;
            }

            if (patternTokens[i] == ">")
            {
                return true;
            }

            if (patternTokens[i] != "*" && patternTokens[i] != prefixTokens[i])
            {
                return false;
            }
        }

        // A channel needs at least one token behind the prefix.
        return patternTokens.Length > prefixTokens.Length;
    }

    private static Reading<string> Read(string text)
    {
        var tokens = text.Split('.');
        for (var i = 0; i < tokens.Length; i++)
        {
            var token = tokens[i];
            var isWildcard = token == "*" || (token == ">" && i == tokens.Length - 1);
            if (token.Length == 0)
            {
                return Reading<string>.Wrong("has an empty token");
            }

            if (!isWildcard && !token.All(IsTokenCharacter))
            {
                return Reading<string>.Wrong("has a character that a subject must not hold, or a wildcard that is not a token of its own (> only last)");
            }
        }

        return text.Length <= MaxLength ? Reading<string>.Of(text) : Reading<string>.Wrong($"is longer than {MaxLength}");
    }

    /// <summary>What a token may hold besides being a wildcard.</summary>
    public static bool IsTokenCharacter(char c) => c is > ' ' and <= '~' and not ('.' or '*' or '>');
}
