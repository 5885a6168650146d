using WsFanout.Messages;

namespace WsFanout.Clients.Tokens;

/// <summary>The channels that a token lets its client read.</summary>
/// <remarks>Immutable once it has been read. A question costs little, however many names there are: a request may ask for thousands.</remarks>
internal sealed class ChannelGrant
{
    /// <summary>Patterns with wildcards that one token may name. Names of single channels are bounded by the token's length.</summary>
    public const int MaxPatterns = 100;

    private readonly HashSet<string> _channels = new(StringComparer.Ordinal);
    private readonly PatternSet _patterns = new();

    /// <summary>Adds one name of the claim, while it is being read.</summary>
    /// <returns>False when it is neither a channel nor a pattern, or one pattern too many: such a claim says nothing that could be relied on.</returns>
    public bool TryAdd(string name)
    {
        switch (ChannelName.Classify(name, TokenVerifier.MaxLength))
        {
            case NameKind.Channel:
                _channels.Add(name);
                return true;
            case NameKind.Pattern when _patterns.Count < MaxPatterns:
                _patterns.Add(name);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Whether one name of the claim covers every channel that <paramref name="name"/> can match.</summary>
    /// <param name="name">A legal channel or pattern.</param>
    public bool Allows(string name) => _channels.Contains(name) || _patterns.Covers(name);
}
