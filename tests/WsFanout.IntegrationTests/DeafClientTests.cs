using WsFanout.IntegrationTests.Conformance;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <inheritdoc cref="DeafCrowd"/>
[Collection(HeavyTests.Name)]
public sealed class DeafClientTests
{
    public static TheoryData<string> Ways => [.. EchoServers.Ways];

    [Theory]
    [MemberData(nameof(Ways))]
    public Task Clients_that_never_read_are_let_go_and_who_reads_loses_nothing(string way) => DeafCrowd.RunAsync(way, clients: 60, mostBytes: 60e6);
}
