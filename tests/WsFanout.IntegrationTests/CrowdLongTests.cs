using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>The long forms of <see cref="CrowdTests"/>.</summary>
[Collection(HeavyTests.Name)]
public sealed class CrowdLongTests
{
    [LongFact]
    public Task A_herd_of_three_thousand_is_let_in_at_the_rate() => Herd.RunAsync(clients: 3_000, perSecond: 500, deadline: TimeSpan.FromSeconds(60));

    [LongFact]
    public Task A_thousand_silent_connections_and_three_hundred_slow_ones_are_cut() =>
        Slowloris.RunAsync(silent: 1_000, dripping: 300, handshakeTimeout: "5s", perByte: TimeSpan.FromSeconds(2));
}
