namespace WsFanout.Tools;

/// <summary>What a subscribed name means for a client; whether it is a legal one the server says.</summary>
internal static class SubscriptionName
{
    public static bool IsPattern(string name) => name.Contains('*') || name.Contains('>');

    /// <summary>True when a channel is the name or matches the pattern: <c>*</c> is one token, a last <c>&gt;</c> one or more.</summary>
    public static bool Covers(string name, string channel)
    {
        if (!IsPattern(name)) return name == channel;

        var wanted = name.Split('.');
        var tokens = channel.Split('.');
        var open = wanted[^1] == ">";
        var fixedTokens = open ? wanted.Length - 1 : wanted.Length;
        if (open ? tokens.Length <= fixedTokens : tokens.Length != fixedTokens) return false;
        for (var i = 0; i < fixedTokens; i++)
        {
            if (wanted[i] != "*" && wanted[i] != tokens[i]) return false;
        }
        return true;
    }
}
