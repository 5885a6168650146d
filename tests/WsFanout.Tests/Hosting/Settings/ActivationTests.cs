namespace WsFanout.Tests.Hosting.Settings;

public sealed class ActivationTests
{
    [Theory]
    [InlineData("WS_AUTH_QUERY_TOKEN", "false")]
    [InlineData("WS_MAX_NATS_RATE", "0")]
    [InlineData("WS_MAX_BROADCAST_RATE", "0")]
    [InlineData("WS_TRANSPORT", "stream")]
    [InlineData("WS_TRANSPORT", "auto")]
    [InlineData("WS_TRANSPORT", "direct")]
    [InlineData("WS_SLOW_CLIENT_POLICY", "disconnect")]
    [InlineData("WS_TEST_DROP_ONE_IN", "0")]
    [InlineData("JS_PAUSE_BUDGET", "0")]
    [InlineData("WS_MEMORY_SHED_PERCENT", "95")]
    public void Asking_for_nothing_that_is_missing_starts(string name, string value) => Reading.Sound(Reading.Of((name, value)));

    [Theory]
    [InlineData("WS_TEST_DROP_ONE_IN", "100")]
    public void A_setting_whose_feature_comes_later_is_listed_when_it_is_set(string name, string value)
    {
        var result = Reading.Of((name, value));

        Reading.Sound(result);
        Assert.Equal($"{name}=\"{value}\": is valid and not active yet, it has no effect in this version.", Assert.Single(result.NotActiveYet));
    }

    [Fact]
    public void Openness_to_all_origins_is_said_unless_it_was_asked_for()
    {
        Assert.Contains("Pages of any origin may connect: WS_ALLOWED_ORIGINS is empty.", Reading.Of().Remarks);
        Assert.Empty(Reading.Of(("WS_ALLOWED_ORIGINS", "*")).Remarks);
    }
}
