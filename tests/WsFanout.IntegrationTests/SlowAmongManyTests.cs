using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <inheritdoc cref="SlowAmongMany"/>
[Collection(HeavyTests.Name)]
public sealed class SlowAmongManyTests
{
    private const int Clients = 60;

    [Theory]
    [InlineData("direct")]
    [InlineData("stream")]
    public Task Full_queues_end_those_that_are_slow_and_nobody_else(string way) => SlowAmongMany.ByBytesAsync(way, Clients);

    [Fact]
    public Task Full_queues_tell_a_gap_to_those_that_read_slowly_and_to_nobody_else() => SlowAmongMany.ByGapAsync("direct", Clients);

    [Fact]
    public Task Time_without_a_byte_ends_the_halted_one_alone() => SlowAmongMany.ByTimeAsync("direct", Clients);
}
