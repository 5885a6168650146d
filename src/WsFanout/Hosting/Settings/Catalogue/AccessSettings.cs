using System.Net;
using WsFanout.Hosting.Settings.Grammars;

namespace WsFanout.Hosting.Settings.Catalogue;

/// <summary>Who may connect, and how fast.</summary>
internal static class AccessSettings
{
    private const int MaxKeyLength = 16_384;

    public static readonly Setting<string> TlsCert = new("WS_TLS_CERT", new FileGrammar(), "", "Certificate of the listener for clients, those that signed it behind, in PEM; with `WS_TLS_KEY`. A changed file is taken within a minute.");

    public static readonly Setting<string> TlsKey = new("WS_TLS_KEY", new FileGrammar(), "", "Key of `WS_TLS_CERT`, in PEM, not encrypted.");

    public static readonly Setting<IReadOnlyList<string>> AllowedOrigins = new(
        "WS_ALLOWED_ORIGINS", Origins.Grammar, [], "Origins whose pages may connect, exactly as browsers send them; others get 403. Empty: any, said at start; `*`: any.")
    {
        TakesEmpty = true,
        HoldsUserInfo = true,
    };

    public static readonly Setting<bool> RequireOrigin = new(
        "WS_REQUIRE_ORIGIN", new BooleanGrammar(), false, "Refuse clients that send no `Origin`, which most programs do that are no browsers.");

    public static readonly Setting<IReadOnlyList<IPNetwork>> TrustedProxies = new(
        "WS_TRUSTED_PROXIES", Networks.Grammar, [],
        "Proxies whose `X-Forwarded-For` is believed, from its end to the first address that is none of them. Counts for `WS_CONNECT_RATE_PER_IP`.");

    public static readonly Setting<double> ConnectRate = new(
        "WS_CONNECT_RATE", new RateGrammar(0.1, 1e6) { Zero = "derived: what 25 % of the CPU limit affords", TakesUnlimited = true }, 0,
        "New clients a second, all together; `unlimited`: as many as come. Beyond, after the burst: 429 with `Retry-After`.");

    public static readonly Setting<long> ConnectBurst = new(
        "WS_CONNECT_BURST", new CountGrammar(1, 1_000_000) { Zero = "one second of the rate, at least 10" }, 0,
        "New clients that may come at once; half of it is kept for those that resume (`since` and `epoch` in the URL).");

    public static readonly Setting<double> ConnectRatePerIp = new(
        "WS_CONNECT_RATE_PER_IP", new RateGrammar(0.01, 1e6) { Zero = "unlimited" }, 0,
        "New clients a second of one address (IPv4) or /64 (IPv6). Beyond, after the burst: 429 with `Retry-After`. The 16,384 addresses that matter most are remembered.");

    public static readonly Setting<long> ConnectBurstPerIp = new(
        "WS_CONNECT_RATE_PER_IP_BURST", new CountGrammar(1, 1_000_000) { Zero = "one second of the rate, at least 10" }, 0,
        "New clients of one address that may come at once.");

    public static readonly Setting<string> JwtSecret = new(
        "WS_AUTH_JWT_SECRET", TextGrammar.Line(MaxKeyLength), "", "Shared secret of clients' tokens (HS256). Without it and without a public key no token is needed.")
    {
        IsSecret = true,
    };

    public static readonly Setting<string> JwtPublicKey = new(
        "WS_AUTH_JWT_PUBLIC_KEY", new PublicKeyGrammar(MaxKeyLength), "",
        "Public key that clients' tokens are checked with: RS256 for an RSA key, ES256 for an EC key.")
    {
        // What is pasted here by mistake may be the private one.
        IsSecret = true,
    };

    public static readonly Setting<string> JwtIssuer = new("WS_AUTH_JWT_ISSUER", TextGrammar.Line(1024), "", "Issuer that a token must name.");

    public static readonly Setting<string> JwtAudience = new("WS_AUTH_JWT_AUDIENCE", TextGrammar.Line(1024), "", "Audience that a token must name.");

    public static readonly Setting<TimeSpan> AuthDeadline = new(
        "WS_AUTH_DEADLINE", new DurationGrammar(100, 300_000), TimeSpan.FromSeconds(5), "Time a client has to show its token, when it did not come with the handshake. Beyond: close 4500.");

    public static readonly Setting<bool> QueryToken = new(
        "WS_AUTH_QUERY_TOKEN", new BooleanGrammar(), false, "Take the token from the URL too, where every proxy on the way may log it.")
    {
        IsNothing = isTaken => !isTaken,
    };

    public static IReadOnlyList<Setting> All { get; } =
    [
        TlsCert, TlsKey, AllowedOrigins, RequireOrigin, TrustedProxies, ConnectRate, ConnectBurst, ConnectRatePerIp, ConnectBurstPerIp,
        JwtSecret, JwtPublicKey, JwtIssuer, JwtAudience, AuthDeadline, QueryToken,
    ];
}
