using WsFanout.Hosting.Settings.Grammars;

namespace WsFanout.Tests.Hosting.Settings;

public sealed class GrammarTests
{
    [Theory]
    [InlineData("250ms", 250)]
    [InlineData("30s", 30_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("1h2m3s4ms", 3_723_004)]
    [InlineData("90s", 90_000)]
    public void Durations_are_read(string text, long milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), new DurationGrammar(1, 86_400_000).Read(text).Value);

    [Theory]
    [InlineData("0")]
    [InlineData("0s")]
    public void Zero_needs_no_unit_where_it_has_a_meaning(string text)
    {
        Assert.True(new DurationGrammar(1, 10) { Zero = "none" }.Read(text).IsValid);
        Assert.False(new DurationGrammar(1, 10).Read(text).IsValid);
    }

    [Theory]
    [InlineData("65536", 65_536)]
    [InlineData("64KB", 65_536)]
    [InlineData("64kb", 65_536)]
    [InlineData("50MB", 52_428_800)]
    [InlineData("1GB", 1_073_741_824)]
    public void Sizes_are_1024_based(string text, long bytes) =>
        Assert.Equal(bytes, new SizeGrammar(1, long.MaxValue).Read(text).Value);

    [Theory]
    [InlineData("99999999999GB")]
    [InlineData("9223372036854775807KB")]
    [InlineData("1.5MB")]
    [InlineData("1 MB")]
    public void Sizes_that_overflow_or_are_not_whole_are_refused(string text) =>
        Assert.False(new SizeGrammar(0, long.MaxValue).Read(text).IsValid);

    [Fact]
    public void Durations_and_sizes_are_written_as_they_are_read()
    {
        Assert.Equal(["1h2m3s4ms", "36h", "500ms", "0"], ((long[])[3_723_004, 129_600_000, 500, 0]).Select(ms => DurationGrammar.Text(TimeSpan.FromMilliseconds(ms))));
        Assert.Equal(["1792MB", "52428801", "1GB", "0", "64KB"], ((long[])[1792L << 20, 52_428_801, 1 << 30, 0, 65_536]).Select(SizeGrammar.Text));
    }

    [Theory]
    [InlineData(":3002", "", 3002)]
    [InlineData("127.0.0.1:0", "127.0.0.1", 0)]
    [InlineData("localhost:65535", "localhost", 65_535)]
    [InlineData("[::1]:3002", "::1", 3002)]
    [InlineData("[fe80::1]:1", "fe80::1", 1)]
    public void Addresses_are_read_and_written(string text, string host, int port)
    {
        var address = ListenAddress.Parse(text, out _);

        Assert.Equal(new ListenAddress(host, port), address);
        Assert.Equal(text, address?.ToString());
    }

    [Theory]
    [InlineData("3002", "the port is missing, with a colon before it")]
    [InlineData("localhost", "the port is missing, with a colon before it")]
    [InlineData(":", "the port must be from 0 to 65535")]
    [InlineData(":65536", "the port must be from 0 to 65535")]
    [InlineData(":-1", "the port must be from 0 to 65535")]
    [InlineData("::1:3002", "an IPv6 address stands in brackets")]
    [InlineData("[127.0.0.1]:1", "what stands in brackets must be an IPv6 address")]
    [InlineData("a b:1", "the host must be a name or an address")]
    [InlineData("http://x:1", "an IPv6 address stands in brackets")]
    public void A_wrong_address_says_which_part_is_wrong(string text, string problem)
    {
        Assert.Null(ListenAddress.Parse(text, out var found));
        Assert.Equal(problem, found);
    }

    [Theory]
    [InlineData("odin.token.>")]
    [InlineData("a, b.*.c ,>")]
    public void Subjects_are_read(string text) => Assert.True(Subjects.Grammar.Read(text).IsValid);

    [Theory]
    [InlineData("a..b", "entry 1 has an empty token")]
    [InlineData("a,", "entry 2 is empty")]
    [InlineData("a.>.b", "entry 1 has a character that a subject must not hold, or a wildcard that is not a token of its own (> only last)")]
    [InlineData("a,b*", "entry 2 has a character that a subject must not hold, or a wildcard that is not a token of its own (> only last)")]
    [InlineData("a b", "entry 1 has a character that a subject must not hold, or a wildcard that is not a token of its own (> only last)")]
    public void A_wrong_subject_says_which_and_why(string text, string detail) => Assert.Equal(detail, Subjects.Grammar.Read(text).Detail);

    [Theory]
    [InlineData("nats://h", "nats://h:4222")]
    [InlineData("tls://h:1", "tls://h:1")]
    [InlineData("nats://u:p%40x@10.0.0.1:4333/", "nats://***@10.0.0.1:4333")]
    public void Servers_get_the_default_port_and_lose_their_secrets_when_shown(string text, string shown)
    {
        var reading = NatsServers.Grammar.Read(text);

        Assert.Equal(shown, NatsServers.Grammar.Write(Assert.IsAssignableFrom<IReadOnlyList<Uri>>(reading.Value)));
    }

    [Theory]
    [InlineData("10.0.0.0/8", true)]
    [InlineData("10.0.0.0/x", false)]
    [InlineData("10.0.0.1", true)]
    [InlineData("fd00::/8", true)]
    [InlineData("::1", true)]
    [InlineData("10.0.0.0/33", false)]
    [InlineData("proxy", false)]
    public void Networks_are_address_and_length(string text, bool isValid) => Assert.Equal(isValid, Networks.Grammar.Read(text).IsValid);

    [Theory]
    [InlineData("*")]
    [InlineData("https://app.example.com")]
    [InlineData("http://localhost:3000, https://a.b")]
    [InlineData("https://app.example.com:8443")]
    [InlineData("https://app.example.com.")]
    [InlineData("https://xn--mnchen-3ya.example")]
    [InlineData("http://[::1]:3000")]
    [InlineData("http://10.0.0.1")]
    [InlineData("capacitor://localhost")]
    [InlineData("chrome-extension://abcdefghijklmnopabcdefghijklmnop")]
    public void Origins_are_read_as_browsers_send_them(string text) =>
        Assert.Equal(text.Split(", "), Assert.IsAssignableFrom<IReadOnlyList<string>>(Origins.Grammar.Read(text).Value));

    [Theory]
    [InlineData("https://app.example.com/", "has something behind host and port, if only a slash")]
    [InlineData("https://app.example.com/app", "has something behind host and port, if only a slash")]
    [InlineData("https://app.example.com?a=b", "has something behind host and port, if only a slash")]
    [InlineData("https://app.example.com#@x", "has something behind host and port, if only a slash")]
    [InlineData("https://app.example.com\\.evil.io", "has something behind host and port, if only a slash")]
    [InlineData("https://app.example.com:443", "would never match: browsers send https://app.example.com")]
    [InlineData("http://app.example.com:80", "would never match: browsers send http://app.example.com")]
    [InlineData("https://app.example.com:", "would never match: browsers send https://app.example.com")]
    [InlineData("https://app.example.com:08443", "would never match: browsers send https://app.example.com:8443")]
    [InlineData("HTTPS://App.Example.com", "would never match: browsers send https://app.example.com")]
    [InlineData("https://münchen.example", "would never match: browsers send https://xn--mnchen-3ya.example")]
    [InlineData("app.example.com", "has no scheme, like https://")]
    [InlineData("app.example.com:3000", "has no scheme, like https://")]
    [InlineData("wss://app.example.com", "is this server's side; the origin of a page begins with http:// or https://")]
    [InlineData("https://u@app.example.com", "has a user before its host")]
    [InlineData("https://*.example.com", "has a wildcard within; only whole origins are compared")]
    [InlineData("null", "is null, which pages of many kinds send, from anywhere")]
    [InlineData("https://", "is not scheme://host[:port]")]
    [InlineData("https://a b", "is not scheme://host[:port]")]
    [InlineData("https://a:99999", "is not scheme://host[:port]")]
    [InlineData("file:///x", "has something behind host and port, if only a slash")]
    public void An_origin_that_no_browser_sends_says_what_is_wrong(string text, string detail)
    {
        Assert.Equal("entry 1 " + detail, Origins.Grammar.Read(text).Detail);
        Assert.Equal("entry 2 " + detail, Origins.Grammar.Read("https://a.example," + text).Detail);
    }

    [Fact]
    public void What_stands_before_the_host_of_an_origin_is_not_shown()
    {
        var error = Assert.Single(Reading.Of(("WS_ALLOWED_ORIGINS", "https://bob:hunter2@app.example.com")).Errors);

        Assert.StartsWith("WS_ALLOWED_ORIGINS=\"***@app.example.com\": entry 1 has a user before its host; must be", error, StringComparison.Ordinal);
    }
}
