using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>The long form of <see cref="DeafClientTests"/>.</summary>
[Collection(HeavyTests.Name)]
public sealed class DeafClientLongTests
{
    [LongFact]
    public Task Five_hundred_clients_that_never_read_cost_less_than_a_hundred_megabytes() => DeafCrowd.RunAsync("direct", clients: 500, mostBytes: 100e6);

    [LongFact]
    public Task Five_hundred_clients_that_never_read_cost_less_than_a_hundred_megabytes_on_the_stream_way() => DeafCrowd.RunAsync("stream", clients: 500, mostBytes: 100e6);
}
