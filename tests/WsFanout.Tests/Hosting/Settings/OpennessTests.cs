namespace WsFanout.Tests.Hosting.Settings;

public sealed class OpennessTests
{
    [Fact]
    public void Openness_to_all_origins_is_said_unless_it_was_asked_for()
    {
        Assert.Contains("Pages of any origin may connect: WS_ALLOWED_ORIGINS is empty.", Reading.Of().Remarks);
        Assert.Empty(Reading.Of(("WS_ALLOWED_ORIGINS", "*")).Remarks);
    }
}
