namespace WsFanout.Clients.Tokens;

/// <summary>What a token must be to be taken.</summary>
internal sealed record TokenRules
{
    /// <summary>The key that tokens are signed with; it also says by which algorithm.</summary>
    public required TokenKey Key { get; init; }

    /// <summary>Value that <c>iss</c> must have; null: any.</summary>
    public string? Issuer { get; init; }

    /// <summary>Value that <c>aud</c> must have or hold; null: any.</summary>
    public string? Audience { get; init; }
}
