using WsFanout.Clients.Tokens;
using WsFanout.Telemetry;

namespace WsFanout.Hosting.Endpoints;

/// <summary>Finds and judges the token that came with a handshake: in the offer of subprotocols, in <c>Authorization</c>, or in the URL where that is allowed.</summary>
/// <remarks>Any thread. Where no token is needed none is looked for.</remarks>
/// <param name="tokens">Null: none is needed.</param>
/// <param name="takesQuery">Whether the URL may hold one, which then stands in the logs of every proxy on the way.</param>
internal sealed class HandshakeToken(TokenVerifier? tokens, bool takesQuery, ClientMetrics metrics)
{
    private const string OfferPrefix = "bearer.";
    private const string Scheme = "Bearer";
    private const string Parameter = "token";

    /// <param name="isNeeded">Whether this client can't show one later.</param>
    /// <param name="claims">Of the token; null when there is none.</param>
    /// <returns>Why the client is not let in; null when it is.</returns>
    public string? Objection(HttpContext context, IReadOnlyDictionary<string, string> query, bool isNeeded, out TokenClaims? claims)
    {
        claims = null;
        if (tokens is null) return null;

        var token = Find(context.Request.Headers, query, out var problem);
        if (token is null && problem is null && isNeeded) problem = TokenProblem.Missing;
        if (token is not null && problem is null) claims = tokens.Verify(token, out problem);
        if (problem is null) return null;

        metrics.TokenRefused(problem.Word);
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return problem.Message;
    }

    private string? Find(IHeaderDictionary headers, IReadOnlyDictionary<string, string> query, out TokenProblem? problem)
    {
        problem = null;
        string? found = null;
        foreach (var offer in headers.SecWebSocketProtocol.ToString().Split(','))
        {
            if (offer.Trim() is { } name && name.StartsWith(OfferPrefix, StringComparison.Ordinal)) Take(name[OfferPrefix.Length..], ref found, ref problem);
        }

        foreach (var value in headers.Authorization)
        {
            if (value is not null && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && value.AsSpan(Scheme.Length) is [] or [' ', ..]) Take(value[Scheme.Length..].Trim(), ref found, ref problem);
        }

        if (!query.TryGetValue(Parameter, out var given)) return found;
        if (!takesQuery) problem ??= TokenProblem.WrongPlace;
        Take(given, ref found, ref problem);
        return found;
    }

    private static void Take(string token, ref string? found, ref TokenProblem? problem)
    {
        if (found is not null) problem ??= TokenProblem.TooMany;
        found = token;
    }
}
