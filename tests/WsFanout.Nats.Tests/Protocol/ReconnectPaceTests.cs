using WsFanout.Nats.Protocol;

namespace WsFanout.Nats.Tests.Protocol;

public class ReconnectPaceTests
{
    private static readonly TimeSpan Min = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Max = TimeSpan.FromSeconds(5);

    [Fact]
    public void Pauses_are_spread_below_a_ceiling_that_doubles_up_to_the_longest()
    {
        var paces = Enumerable.Range(0, 1000).Select(_ => new ReconnectPace(Min, Max)).ToArray();

        foreach (var ceiling in new[] { 200, 400, 800, 1600, 3200, 5000, 5000 })
        {
            var pauses = paces.Select(pace => pace.Next(slowly: false).TotalMilliseconds).ToArray();

            Assert.All(pauses, pause => Assert.InRange(pause, 100, ceiling));

            // Of a thousand instances that lost the same server, a tenth comes back in each tenth of the time, more or less.
            Assert.InRange(pauses.Count(pause => pause < 100 + ((ceiling - 100) / 2)), 400, 600);
        }
    }

    [Fact]
    public void What_only_somebody_can_help_is_tried_slowly_at_once()
    {
        var pace = new ReconnectPace(Min, Max);

        Assert.All(Enumerable.Range(0, 100), _ => Assert.InRange(pace.Next(slowly: true), Max / 2, Max));
        pace.Reset();
        Assert.InRange(pace.Next(slowly: false), Min, Min * 2);
    }
}
