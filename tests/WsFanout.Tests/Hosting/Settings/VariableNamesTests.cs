namespace WsFanout.Tests.Hosting.Settings;

public sealed class VariableNamesTests
{
    [Theory]
    [InlineData("WS_MAX_CONNECTION", "WS_MAX_CONNECTIONS")]
    [InlineData("WS_CLIENT_RATE_BURST", "WS_CLIENT_BURST")]
    [InlineData("JS_STREAM_MAXAGE", "JS_STREAM_MAX_AGE")]
    [InlineData("JS_SUBJECT", "JS_SUBJECTS")]
    [InlineData("WS_PUBLISH_TOKN_FILE", "WS_PUBLISH_TOKEN_FILE")]
    [InlineData("NATS_PASWORD", "NATS_PASSWORD")]
    [InlineData("NATS_URI", "NATS_URL")]
    [InlineData("LOG_LEVL", "LOG_LEVEL")]
    [InlineData("LOG_FORMATS", "LOG_FORMAT")]
    [InlineData("ws_max_connections", "WS_MAX_CONNECTIONS")]
    [InlineData("Nats_Url", "NATS_URL")]
    public void A_name_that_is_none_of_ours_is_an_error_with_the_nearest_one(string name, string nearest)
    {
        var error = Assert.Single(Reading.Of((name, "hunter2")).Errors);

        Assert.Equal($"{name}: is no setting of this server; did you mean {nearest}?", error);
    }

    [Theory]
    [InlineData("WS_X")]
    [InlineData("WS_")]
    [InlineData("WS_☃")]
    [InlineData("JS_")]
    [InlineData("JS_FOO")]
    [InlineData("WS__FILE")]
    [InlineData("WS_PORT")]
    public void A_name_near_to_none_of_ours_is_an_error_without_a_guess(string name) =>
        Assert.Equal($"{name}: is no setting of this server", Assert.Single(Reading.Of((name, "3002")).Errors));

    [Fact]
    public void A_very_long_name_is_cut_in_its_message()
    {
        var error = Assert.Single(Reading.Of(("WS_" + new string('X', 100_000), "1")).Errors);

        Assert.True(error.Length < 300, $"{error.Length} characters");
    }

    [Theory]
    [InlineData("PATH", "/bin")]
    [InlineData("NATS_SERVER", "/usr/sbin/nats-server")]
    [InlineData("NATS_SERVERS", "/a:/b")]
    [InlineData("NATS_VERSION", "2.10")]
    [InlineData("LOG_FILE", "/var/log/a")]
    [InlineData("LOG_DIR", "/var/log")]
    [InlineData("log", "x")]
    [InlineData("WSL_DISTRO_NAME", "x")]
    public void Names_of_others_pass_without_a_word(string name, string value)
    {
        var result = Reading.Of((name, value));

        Reading.Sound(result);
        Assert.Equal([], result.Notes);
    }

    [Fact]
    public void Names_with_a_meaning_elsewhere_get_one_note_together()
    {
        var result = Reading.Of(
            ("WS_PORT", "tcp://10.0.0.1:3002"), ("WS_SERVICE_HOST", "10.0.0.1"), ("WS_SERVICE_PORT_HTTP", "80"), ("WS_PORT_3002_TCP_ADDR", "10.0.0.1"),
            ("WS_FANOUT_PORT", "tcp://10.0.0.1:3002"), ("NATS_SERVICE_HOST", "10.0.0.2"), ("JS_CONSUMER_ACK_WAIT", "30s"), ("METRICS_INTERVAL", "15s"),
            ("ENVIRONMENT", "production"), ("WS_URL", "ws://localhost:3002/ws"));

        Reading.Sound(result);
        Assert.Equal(
            "Known and ignored: ENVIRONMENT, JS_CONSUMER_ACK_WAIT, METRICS_INTERVAL, NATS_SERVICE_HOST, WS_FANOUT_PORT, WS_PORT, WS_PORT_3002_TCP_ADDR, WS_SERVICE_HOST, WS_SERVICE_PORT_HTTP, WS_URL.",
            Assert.Single(result.Notes));
    }

    [Theory]
    [InlineData("json", true)]
    [InlineData("text", false)]
    [InlineData("pretty", false)]
    public void Pretty_means_text(string format, bool isJson)
    {
        var result = Reading.Of(("LOG_FORMAT", format));

        Assert.Equal(isJson, Reading.Sound(result).Host.LogJson);
        Assert.Equal(isJson ? "json" : "text", Reading.Effective(result, "LOG_FORMAT").Value);
    }
}
