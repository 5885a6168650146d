using WsFanout.IntegrationTests.Conformance;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>The whole of T28: <see cref="HalfOpenTests"/> with the limit in time.</summary>
[Collection(HeavyTests.Name)]
public sealed class HalfOpenLongTests
{
    /// <summary>Seconds; well under the ten after which a client of these tests that hears nothing gives up and answers no ping any more.</summary>
    private const int Interval = 6;

    /// <summary>The ping and the time for its answer, then the two seconds that a close frame has, and two more for looking.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(Interval + Interval + 2 + 2);

    [LongFact]
    public async Task Clients_that_fall_silent_are_gone_after_a_ping_s_interval_and_timeout()
    {
        foreach (var way in EchoServers.Ways)
        {
            foreach (var withTraffic in new[] { false, true }) await HalfOpenRun.RunAsync(way, withTraffic, Interval, Interval, Limit);
        }
    }
}
