using System.Net;
using System.Net.Sockets;
using System.Text;
using WsFanout.Clients.Tokens;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>Every kind of token there is, shown with the handshake and by <c>auth</c>: the good ones open, the others are told why.</summary>
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class TokenMatrixTests : IDisposable
{
    private readonly TokenMaker _maker = new();

    /// <summary>What is shown, to a server of which key, and the reason; null: it is good.</summary>
    private static readonly (string Kind, string Key, string? Reason)[] Matrix =
    [
        ("HS256", "secret", null),
        ("RS256", "rsa", null),
        ("ES256", "ec", null),
        ("kid of a file", "secret", null),
        ("key URLs", "rsa", null),
        ("expired within the skew", "secret", null),
        ("none", "secret", "algorithm"),
        ("none without signature", "rsa", "algorithm"),
        ("HS256 by the public key", "rsa", "algorithm"),
        ("HS256 by the public key called RS256", "rsa", "signature"),
        ("RS256", "secret", "algorithm"),
        ("RS256", "ec", "algorithm"),
        ("ES256", "rsa", "algorithm"),
        ("HS256", "ec", "algorithm"),
        ("HS512", "secret", "algorithm"),
        ("EdDSA", "ec", "algorithm"),
        ("another secret", "secret", "signature"),
        ("another RSA key", "rsa", "signature"),
        ("claims changed", "secret", "signature"),
        ("signature cut", "ec", "signature"),
        ("signature missing", "secret", "signature"),
        ("expired", "secret", "expired"),
        ("not yet", "secret", "not_yet"),
        ("no exp", "secret", "no_expiry"),
        ("exp as a word", "secret", "claims"),
        ("channels as a word", "secret", "claims"),
        ("channels with a name that is none", "secret", "claims"),
        ("another issuer", "secret", "issuer"),
        ("another audience", "secret", "audience"),
        ("crit", "secret", "malformed"),
        ("two parts", "secret", "malformed"),
        ("no JSON", "secret", "malformed"),
        ("10 KB", "secret", "too_long"),
    ];

    public void Dispose() => _maker.Dispose();

    [Theory]
    [InlineData("secret")]
    [InlineData("rsa")]
    [InlineData("ec")]
    public async Task A_token_is_taken_or_refused_with_its_reason_by_handshake_and_by_auth_alike(string key)
    {
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        elsewhere.Start();
        await using var server = await TestServer.StartAsync(
            KeyOf(key), ("WS_AUTH_JWT_ISSUER", "me"), ("WS_AUTH_JWT_AUDIENCE", "us"), ("WS_AUTH_DEADLINE", "1m"));
        var wrong = new List<string>();

        foreach (var (kind, _, reason) in Matrix.Where(row => row.Key == key))
        {
            var token = Token(kind, ((IPEndPoint)elsewhere.LocalEndpoint).Port);
            if (await ProblemAsync(server, token, reason) is { } problem) wrong.Add($"{kind}: {problem}");
        }

        Assert.Empty(wrong);
        Assert.False(elsewhere.Pending(), "nothing that a token names may be fetched");
        foreach (var row in Matrix.Where(row => row.Key == key && row.Reason is not null).GroupBy(row => row.Reason)) Assert.Equal(2 * row.Count(), await server.MetricAsync($"ws_auth_failures_total{{reason=\"{row.Key}\"}}"));
        Assert.Equal(Matrix.Count(row => row.Key == key && row.Reason is not null), await server.MetricAsync("ws_connections_rejected_total{reason=\"unauthorized\"}"));
    }

    /// <returns>What is not as it should be; null when all is.</returns>
    private static async Task<string?> ProblemAsync(TestServer server, string token, string? reason)
    {
        var reply = await RawClient.ExchangeAsync(server, $"{RawClient.Upgrade}Authorization: Bearer {token}\r\n\r\n");
        await using var client = await server.ConnectAsync();
        await client.SendAsync($$$"""{"type":"auth","id":1,"data":{"token":"{{{token}}}"}}""");
        await client.SendAsync("""{"type":"heartbeat"}""");
        await client.WaitForAsync("pong");

        if (string.Concat(client.Frames.Select(frame => frame.ToJsonString())).Contains(token, StringComparison.Ordinal) || reply.Body.Contains(token, StringComparison.Ordinal)) return "an answer holds the token";
        var answer = client.Frames[1];
        if (reason is null) return (reply.Status, answer["type"]!.GetValue<string>()) == (101, "auth_ack") ? null : $"{reply.Status} {reply.Body}, {answer.ToJsonString()}";

        var message = TokenProblem.All.Single(one => one.Word == reason).Message;
        if (reply.Status != 401 || reply.Headers.GetValueOrDefault("www-authenticate") != "Bearer") return $"refused with {reply.Status} {reply.Body}";
        if (((string?)reply.Json["error"], (string?)reply.Json["message"]) != ("unauthorized", message)) return $"refused with {reply.Body}";
        return ((string?)answer["code"], (string?)answer["message"], (int?)answer["id"]) == ("unauthorized", message, 1) ? null : $"auth is answered by {answer.ToJsonString()}";
    }

    private (string, string) KeyOf(string kind) => kind switch
    {
        "rsa" => ("WS_AUTH_JWT_PUBLIC_KEY", _maker.RsaPublicKey),
        "ec" => ("WS_AUTH_JWT_PUBLIC_KEY", _maker.EcPublicKey),
        _ => ("WS_AUTH_JWT_SECRET", TokenMaker.Secret),
    };

    private string Token(string kind, int elsewhere)
    {
        var good = Good("");
        var secret = Encoding.UTF8.GetBytes(TokenMaker.Secret);
        string Of(string header) => TokenMaker.Hs256(header, good, secret);
        switch (kind)
        {
            case "RS256": return _maker.Rs256(good);
            case "ES256": return _maker.Es256(good);
            case "kid of a file": return Of("""{"alg":"HS256","kid":"../../../../dev/null"}""");
            case "key URLs": return _maker.Rs256(good, $$$"""{"alg":"RS256","jku":"http://127.0.0.1:{{{elsewhere}}}/jwks","x5u":"http://127.0.0.1:{{{elsewhere}}}/x","jwk":{"kty":"oct","k":"AA"}}""");
            case "expired within the skew": return TokenMaker.Of(Good("", expiresIn: -1));
            case "none": return Of("""{"alg":"none"}""");
            case "none without signature": return $"{TokenMaker.Part("""{"alg":"none"}""")}.{TokenMaker.Part(good)}.";
            case "HS256 by the public key": return TokenMaker.Hs256("""{"alg":"HS256"}""", good, Encoding.UTF8.GetBytes(_maker.RsaPublicKey));
            case "HS256 by the public key called RS256": return TokenMaker.Hs256("""{"alg":"RS256"}""", good, Encoding.UTF8.GetBytes(_maker.RsaPublicKey));
            case "HS512": return Of("""{"alg":"HS512"}""");
            case "EdDSA": return Of("""{"alg":"EdDSA"}""");
            case "another secret": return TokenMaker.Hs256("""{"alg":"HS256"}""", good, [1, 2, 3]);
            case "another RSA key":
                using (var other = new TokenMaker()) return other.Rs256(good);
            case "claims changed": return Replace(TokenMaker.Of(good), 1, TokenMaker.Part(Good("", subject: "root")));
            case "signature cut": return _maker.Es256(good)[..^22];
            case "signature missing": return Replace(TokenMaker.Of(good), 2, "");
            case "expired": return TokenMaker.Of(Good("", expiresIn: -60));
            case "not yet": return TokenMaker.Of(Good(",\"nbf\":4000000000"));
            case "no exp": return TokenMaker.Of("""{"sub":"alice","iss":"me","aud":"us"}""");
            case "exp as a word": return TokenMaker.Of("""{"exp":"4000000000","iss":"me","aud":"us"}""");
            case "channels as a word": return TokenMaker.Of(Good(",\"channels\":\"a\""));
            case "channels with a name that is none": return TokenMaker.Of(Good(",\"channels\":[\">.a\"]"));
            case "another issuer": return TokenMaker.Of(Good("").Replace("\"me\"", "\"Me\"", StringComparison.Ordinal));
            case "another audience": return TokenMaker.Of(Good("").Replace("[\"x\",\"us\"]", "[\"x\"]", StringComparison.Ordinal));
            case "crit": return Of("""{"alg":"HS256","crit":["exp"]}""");
            case "two parts": return TokenMaker.Of(good)[..TokenMaker.Of(good).LastIndexOf('.')];
            case "no JSON": return Of("x");
            case "10 KB": return TokenMaker.Of(Good($",\"x\":\"{new string('x', 7_000)}\""));
            default: return TokenMaker.Of(good);
        }
    }

    private static string Good(string more, int expiresIn = 3600, string subject = "alice") =>
        $$"""{"sub":"{{subject}}","exp":{{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + expiresIn}},"iss":"me","aud":["x","us"]{{more}}}""";

    private static string Replace(string token, int part, string by)
    {
        var parts = token.Split('.');
        parts[part] = by;
        return string.Join('.', parts);
    }
}
