using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>T26: three hundred clients.</summary>
[Collection(HeavyTests.Name)]
public sealed class SlowAmongManyLongTests
{
    private const int Clients = 297;

    [LongFact]
    public Task Full_queues_end_those_that_are_slow_and_nobody_else() => SlowAmongMany.ByBytesAsync("direct", Clients);

    [LongFact]
    public Task Full_queues_end_those_that_are_slow_and_nobody_else_on_the_stream_way() => SlowAmongMany.ByBytesAsync("stream", Clients);

    [LongFact]
    public Task Time_without_a_byte_ends_the_halted_one_alone() => SlowAmongMany.ByTimeAsync("direct", Clients);
}
