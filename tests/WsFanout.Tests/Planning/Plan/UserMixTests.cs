using WsFanout.Planning.Plan;

namespace WsFanout.Tests.Planning.Plan;

public sealed class UserMixTests
{
    [Fact]
    public void The_capacity_plans_classes_have_its_rates()
    {
        var mix = Good("casual:70,active:25,trader:5");

        Assert.Equal((0.64, 1.795, 2.95), (Math.Round(mix.Low, 9), Math.Round(mix.Middle, 9), Math.Round(mix.High, 9)));
    }

    [Fact]
    public void Rates_can_be_given_as_one_number_or_from_to()
    {
        var mix = Good("casual:70:0.6, bot:30:10-50");

        Assert.Equal([("casual", 0.6, 0.6), ("bot", 10.0, 50.0)], mix.Classes.Select(one => (one.Name, one.Low, one.High)));
        Assert.Equal((0.7 * 0.6) + (0.3 * 30), mix.Middle, 9);
    }

    [Theory]
    [InlineData("", "'' must be name:percent or name:percent:rate")]
    [InlineData("casual", "'casual' must be name:percent or name:percent:rate")]
    [InlineData("casual:70:1:2", "'casual:70:1:2' must be name:percent or name:percent:rate")]
    [InlineData("casual:-1,active:101", "'casual:-1': the share '-1' must be a number of percent above 0, up to 100")]
    [InlineData("casual:0,active:100", "'casual:0': the share '0' must be a number of percent above 0, up to 100")]
    [InlineData("casual:many", "'casual:many': the share 'many' must be a number of percent above 0, up to 100")]
    [InlineData("whale:100", "'whale' needs a rate, name:percent:rate; the capacity plan has rates for casual, active, trader")]
    [InlineData("casual:100:fast", "'casual:100:fast': the rate 'fast' must be messages a second, as 0.6 or 0.2-1, up to 100000")]
    [InlineData("casual:100:5-1", "'casual:100:5-1': the rate '5-1' must be messages a second, as 0.6 or 0.2-1, up to 100000")]
    [InlineData("casual:50,casual:50", "'casual' is there twice")]
    [InlineData("casual:50,CASUAL:50", "'CASUAL' is there twice")]
    [InlineData("casual:70,active:25", "the shares come to 95 %, not to 100 %")]
    [InlineData("casual:100:0", "nobody gets anything: one rate must be above 0")]
    public void What_is_wrong_is_named(string text, string expected)
    {
        Assert.Null(UserMix.Parse(text, out var problem));

        Assert.Equal(expected, problem);
    }

    [Theory]
    [InlineData("1Gbit", 125e6)]
    [InlineData("100mbps", 12.5e6)]
    [InlineData("2.5Gbps", 312.5e6)]
    [InlineData("0Gbit", null)]
    [InlineData("fast", null)]
    [InlineData("1GB", null)]
    [InlineData("-1Gbit", null)]
    public void A_bandwidth_is_decimal(string text, double? bytesPerSecond) => Assert.Equal(bytesPerSecond, Bandwidth.Parse(text));

    private static UserMix Good(string text)
    {
        var mix = UserMix.Parse(text, out var problem);
        Assert.Null(problem);
        return Assert.IsType<UserMix>(mix);
    }
}
