namespace WsFanout.Clients.Tokens;

/// <summary>Why a token is not taken: one catalogue for the answer and the metric. No sentence holds anything of the token.</summary>
/// <param name="Word">Value of the metric's label <c>reason</c>.</param>
/// <param name="Message">A sentence for the client.</param>
internal sealed record TokenProblem(string Word, string Message)
{
    public static readonly TokenProblem Missing = new("missing", "a token is needed here");
    public static readonly TokenProblem WrongPlace = new("wrong_place", "this server takes no token from the URL (WS_AUTH_QUERY_TOKEN)");
    public static readonly TokenProblem TooMany = new("too_many", "more than one token was sent, and which of them counts is nobody's guess");
    public static readonly TokenProblem TooLong = new("too_long", $"the token is longer than {TokenVerifier.MaxLength} characters");
    public static readonly TokenProblem Malformed = new("malformed", "the token is not a JWT of three parts in base64url, signed");
    public static readonly TokenProblem Algorithm = new("algorithm", "the token is signed by another algorithm than this server takes");
    public static readonly TokenProblem Signature = new("signature", "the token's signature is not that of this server's key");
    public static readonly TokenProblem Claims = new("claims", "the token's claims can't be used: one has the wrong type, comes twice, or channels has a name that is no channel or pattern");
    public static readonly TokenProblem NoExpiry = new("no_expiry", "the token has no exp");
    public static readonly TokenProblem Expired = new("expired", "the token has expired");
    public static readonly TokenProblem NotYet = new("not_yet", "the token is not valid yet");
    public static readonly TokenProblem Issuer = new("issuer", "the token's iss is not the one that is asked for");
    public static readonly TokenProblem Audience = new("audience", "the token's aud does not name this server");
    public static readonly TokenProblem OtherSubject = new("other_subject", "the token has another sub than the one it is to replace");

    /// <summary>The whole catalogue.</summary>
    public static readonly IReadOnlyList<TokenProblem> All =
    [
        Missing, WrongPlace, TooMany, TooLong, Malformed, Algorithm, Signature, Claims, NoExpiry, Expired, NotYet, Issuer, Audience, OtherSubject,
    ];
}
