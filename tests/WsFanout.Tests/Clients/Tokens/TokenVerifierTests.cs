using System.Security.Cryptography;
using System.Text;
using WsFanout.Clients.Tokens;
using WsFanout.Testing;

namespace WsFanout.Tests.Clients.Tokens;

public sealed class TokenVerifierTests : IDisposable
{
    private static readonly byte[] Secret = Encoding.UTF8.GetBytes(TokenMaker.Secret);

    private readonly TestClock _clock = new();
    private readonly TokenMaker _maker = new();

    private long Now => _clock.GetUtcNow().ToUnixTimeSeconds();

    public void Dispose() => _maker.Dispose();

    [Fact]
    public void A_good_token_of_each_algorithm_is_taken_with_its_claims()
    {
        var claims = TokenMaker.GoodFor(_clock.GetUtcNow(), ",\"channels\":[\"BTC.>\"],\"role\":{\"deep\":[1]}");

        foreach (var (key, token) in new[] { (HmacKey(), TokenMaker.Of(claims)), (Key(_maker.RsaPublicKey), _maker.Rs256(claims)), (Key(_maker.EcPublicKey), _maker.Es256(claims)) })
        {
            var taken = new TokenVerifier(new TokenRules { Key = key }, _clock).Verify(token, out var problem);

            Assert.Null(problem);
            Assert.Equal(("alice", Now + 3600), (taken!.Subject, taken.ExpiresAt));
            Assert.True(taken.Channels!.Allows("BTC.trade"));
            Assert.False(taken.Channels.Allows("ETH.trade"));
        }
    }

    [Fact]
    public void The_key_fixes_the_algorithm_whatever_a_token_says()
    {
        var claims = TokenMaker.GoodFor(_clock.GetUtcNow());
        var ofRsa = new TokenVerifier(new TokenRules { Key = Key(_maker.RsaPublicKey) }, _clock);
        var ofEc = new TokenVerifier(new TokenRules { Key = Key(_maker.EcPublicKey) }, _clock);
        var publicAsSecret = Encoding.UTF8.GetBytes(_maker.RsaPublicKey);

        Refuses(ofRsa, TokenMaker.Hs256("""{"alg":"HS256"}""", claims, publicAsSecret), TokenProblem.Algorithm);
        Refuses(ofRsa, TokenMaker.Hs256("""{"alg":"RS256"}""", claims, publicAsSecret), TokenProblem.Signature);
        Refuses(ofRsa, TokenMaker.Of(claims), TokenProblem.Algorithm);
        Refuses(ofRsa, _maker.Es256(claims), TokenProblem.Algorithm);
        Refuses(ofEc, _maker.Rs256(claims), TokenProblem.Algorithm);
        Refuses(ofEc, _maker.Es256(claims, DSASignatureFormat.Rfc3279DerSequence), TokenProblem.Signature);
        Refuses(Of(), _maker.Rs256(claims), TokenProblem.Algorithm);
    }

    public static TheoryData<string, string> Headers => new()
    {
        { """{"alg":"none"}""", "algorithm" },
        { """{"alg":"None"}""", "algorithm" },
        { """{"alg":"hs256"}""", "algorithm" },
        { """{"alg":"HS512"}""", "algorithm" },
        { """{"alg":"EdDSA"}""", "algorithm" },
        { """{"alg":""}""", "algorithm" },
        { """{"alg":1}""", "malformed" },
        { """{"alg":["HS256"]}""", "malformed" },
        { """{"alg":null}""", "malformed" },
        { """{"alg":"none","alg":"HS256"}""", "malformed" },
        { """{"alg":"HS256","crit":["b64"],"b64":false}""", "malformed" },
        { """{"typ":"JWT"}""", "malformed" },
        { """["HS256"]""", "malformed" },
        { """{"alg":"HS256"}{}""", "malformed" },
        { """{"alg":"HS256" """, "malformed" },
        { """{"alg":"\ud800"}""", "malformed" },
        { "", "malformed" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void A_header_that_is_not_as_it_should_be_is_refused_though_the_signature_fits(string header, string word) =>
        Refuses(Of(), TokenMaker.Hs256(header, TokenMaker.GoodFor(_clock.GetUtcNow()), Secret), word);

    [Theory]
    [InlineData("""{"alg":"HS256","kid":"../../../../dev/null"}""")]
    [InlineData("""{"alg":"HS256","kid":"x' UNION SELECT 'y"}""")]
    [InlineData("""{"alg":"HS256","kid":["a"],"jku":"http://127.0.0.1:1/","x5u":"http://127.0.0.1:1/","jwk":{"kty":"oct","k":"AA"},"x5c":["AA"]}""")]
    public void What_the_header_says_of_keys_is_ignored(string header) =>
        Assert.NotNull(Of().Verify(TokenMaker.Hs256(header, TokenMaker.GoodFor(_clock.GetUtcNow()), Secret), out _));

    public static TheoryData<string, string> Claims => new()
    {
        { """{"sub":"a"}""", "no_expiry" },
        { """{"exp":"NOW+100"}""", "claims" },
        { """{"exp":null}""", "claims" },
        { """{"exp":1e400}""", "claims" },
        { """{"exp":-1}""", "claims" },
        { """{"exp":999999999999999}""", "claims" },
        { """{"exp":NOW+100,"exp":NOW+200}""", "claims" },
        { """{"exp":NOW+100,"sub":7}""", "claims" },
        { """{"exp":NOW+100,"sub":"\ud800"}""", "claims" },
        { """{"exp":NOW+100,"nbf":"x"}""", "claims" },
        { """{"exp":NOW+100,"channels":"BTC.*"}""", "claims" },
        { """{"exp":NOW+100,"channels":null}""", "claims" },
        { """{"exp":NOW+100,"channels":["a",1]}""", "claims" },
        { """{"exp":NOW+100,"channels":[">.a"]}""", "claims" },
        { """{"exp":NOW+100,"channels":["a..b"]}""", "claims" },
        { """{"exp":NOW+100,"channels":[""]}""", "claims" },
        { """["exp"]""", "claims" },
        { """{"exp":NOW+100} x""", "claims" },
        { "not json", "claims" },
        { """{"exp":NOW-6}""", "expired" },
        { """{"exp":NOW-5}""", "expired" },
        { """{"exp":NOW+100,"nbf":NOW+6}""", "not_yet" },
    };

    [Theory]
    [MemberData(nameof(Claims))]
    public void Claims_that_can_not_be_relied_on_are_refused(string claims, string word) => Refuses(Of(), TokenMaker.Of(AtNow(claims)), word);

    [Theory]
    [InlineData("""{"exp":NOW-4}""")]
    [InlineData("""{"exp":NOW+0.5,"nbf":NOW+5}""")]
    [InlineData("""{"exp":NOW+1e3}""")]
    [InlineData("""{"exp":NOW+100,"iat":"whatever","jti":7}""")]
    public void What_lies_within_the_skew_or_is_of_no_interest_is_taken(string claims) => Assert.NotNull(Of().Verify(TokenMaker.Of(AtNow(claims)), out _));

    [Theory]
    [InlineData("\"aud\":\"us\"", "\"iss\":\"me\"", null)]
    [InlineData("\"aud\":[\"x\",\"us\"]", "\"iss\":\"me\"", null)]
    [InlineData("\"aud\":\"US\"", "\"iss\":\"me\"", "audience")]
    [InlineData("\"aud\":[]", "\"iss\":\"me\"", "audience")]
    [InlineData("\"aud\":[\"x\",[\"us\"]]", "\"iss\":\"me\"", "claims")]
    [InlineData("\"x\":1", "\"iss\":\"me\"", "audience")]
    [InlineData("\"aud\":\"us\"", "\"iss\":\"me \"", "issuer")]
    [InlineData("\"aud\":\"us\"", "\"iss\":[\"me\"]", "claims")]
    [InlineData("\"aud\":\"us\"", "\"x\":1", "issuer")]
    public void Issuer_and_audience_are_asked_for_to_the_letter(string audience, string issuer, string? word)
    {
        var verifier = new TokenVerifier(new TokenRules { Key = HmacKey(), Issuer = "me", Audience = "us" }, _clock);

        verifier.Verify(TokenMaker.Of(TokenMaker.GoodFor(_clock.GetUtcNow(), $",{audience},{issuer}")), out var problem);

        Assert.Equal(word, problem?.Word);
    }

    [Fact]
    public void A_changed_bit_anywhere_is_refused()
    {
        var token = TokenMaker.Of(TokenMaker.GoodFor(_clock.GetUtcNow()));
        var verifier = Of();

        // The last letter of a part may hold bits that stand for nothing; all others count.
        for (var i = 0; i < token.Length - 1; i++)
        {
            if (token[i] == '.' || token[i + 1] == '.') continue;
            var other = token[i] == 'A' ? 'B' : 'A';
            Assert.Null(verifier.Verify(token[..i] + other + token[(i + 1)..], out _));
        }
    }

    [Fact]
    public void Whatever_comes_is_refused_and_never_thrown_for()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var claims = TokenMaker.GoodFor(_clock.GetUtcNow(), ",\"channels\":[\"a\"],\"aud\":[\"x\"]");
        (TokenVerifier Verifier, string Token)[] good =
        [
            (Of(), TokenMaker.Of(claims)),
            (new TokenVerifier(new TokenRules { Key = Key(_maker.RsaPublicKey) }, _clock), _maker.Rs256(claims)),
            (new TokenVerifier(new TokenRules { Key = Key(_maker.EcPublicKey) }, _clock), _maker.Es256(claims)),
        ];

        for (var i = 0; i < 3_000; i++)
        {
            var (verifier, token) = good[i % good.Length];
            var from = random.Next(token.Length);
            var length = random.Next(Math.Min(token.Length - from, 4) + 1);
            var put = new string([.. Enumerable.Range(0, random.Next(4)).Select(_ => "AZaz09-_.=\0\u00e9"[random.Next(12)])]);
            var broken = token.Remove(from, length).Insert(from, put);
            var taken = verifier.Verify(broken, out var problem);
            Assert.True(taken is null == problem is not null, $"seed {seed}, {i}: {broken}");
        }

        // Signed, but what is signed may be anything.
        for (var i = 0; i < 3_000; i++)
        {
            var from = random.Next(claims.Length);
            var broken = claims.Remove(from, random.Next(Math.Min(claims.Length - from, 4) + 1)).Insert(from, "{[\",:1e9\\u\u00e9\0"[random.Next(12)].ToString());
            var taken = Of().Verify(TokenMaker.Of(broken), out var problem);
            Assert.True(taken is null == problem is not null, $"seed {seed}, {i}: {broken}");
        }
    }

    public static TheoryData<string, string> Shapes => new()
    {
        { "", "malformed" },
        { ".", "malformed" },
        { "..", "malformed" },
        { "a.b", "malformed" },
        { "TOKEN.x", "malformed" },
        { "TOKEN ", "malformed" },
        { "TOKEN=", "malformed" },
        { "TOKEN\n", "malformed" },
        { "ü.ü.ü", "malformed" },
        { "{\"alg\":\"HS256\"}", "malformed" },
        { "UNSIGNED", "signature" },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void What_is_no_token_is_refused(string shape, string word)
    {
        var token = TokenMaker.Of(TokenMaker.GoodFor(_clock.GetUtcNow()));

        Refuses(Of(), shape.Replace("TOKEN", token, StringComparison.Ordinal).Replace("UNSIGNED", token[..(token.LastIndexOf('.') + 1)], StringComparison.Ordinal), word);
    }

    [Fact]
    public void A_token_that_is_too_long_is_refused_unread_and_one_of_the_longest_is_read()
    {
        var filler = new string('x', 6_000);
        var longest = TokenMaker.Of(TokenMaker.GoodFor(_clock.GetUtcNow(), $",\"x\":\"{filler}\""));
        var (tooLong, verifier) = (new string('x', 64 * 1024), Of());
        var before = GC.GetAllocatedBytesForCurrentThread();

        Refuses(verifier, tooLong, TokenProblem.TooLong);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_096);
        Assert.InRange(longest.Length, 8_000, TokenVerifier.MaxLength);
        Assert.NotNull(Of().Verify(longest, out _));
    }

    [Fact]
    public void A_claim_may_name_a_hundred_patterns_and_as_many_channels_as_fit()
    {
        string Names(int count, string name) => TokenMaker.Of(TokenMaker.GoodFor(_clock.GetUtcNow(), $",\"channels\":[{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"{i}.{name}\""))}]"));

        Assert.True(Of().Verify(Names(100, "*"), out _)!.Channels!.Allows("99.x"));
        Refuses(Of(), Names(101, "*"), "claims");
        Assert.True(Of().Verify(Names(500, "a"), out _)!.Channels!.Allows("499.a"));
    }

    [Fact]
    public async Task Many_threads_may_ask_at_once()
    {
        var verifier = new TokenVerifier(new TokenRules { Key = Key(_maker.EcPublicKey) }, _clock);
        var good = _maker.Es256(TokenMaker.GoodFor(_clock.GetUtcNow()));
        var bad = _maker.Es256(TokenMaker.GoodFor(_clock.GetUtcNow()))[..^3] + "AAA";

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Enumerable.Range(0, 50).All(i => verifier.Verify(i % 2 == 0 ? good : bad, out var _) is not null == (i % 2 == 0)))));

        Assert.DoesNotContain(false, outcomes);
    }

    private static TokenKey HmacKey() => TokenKey.OfSecret(TokenMaker.Secret);

    private static TokenKey Key(string pem) => PublicKeyText.Read(pem, out _)!;

    private static void Refuses(TokenVerifier verifier, string token, TokenProblem expected) => Refuses(verifier, token, expected.Word);

    private static void Refuses(TokenVerifier verifier, string token, string word)
    {
        Assert.Null(verifier.Verify(token, out var problem));
        Assert.Equal(word, problem?.Word);
    }

    private TokenVerifier Of() => new(new TokenRules { Key = HmacKey() }, _clock);

    /// <summary>Replaces NOW and what is added to it by the number.</summary>
    private string AtNow(string claims) => System.Text.RegularExpressions.Regex.Replace(
        claims, @"NOW([+-][\d.e]+)", match => (Now + double.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).ToString("R", System.Globalization.CultureInfo.InvariantCulture));
}
