namespace WsFanout.IntegrationTests.Conformance;

/// <summary>RFC 6455 from a client's side, the same table on every way to the wire.</summary>
public sealed class ConformanceTests(EchoServers servers) : IClassFixture<EchoServers>
{
    private static readonly IReadOnlyList<Vector> Table =
    [
        .. Group1Framing.Vectors, .. Group2Pings.Vectors, .. Group3ReservedBits.Vectors, .. Group4Opcodes.Vectors, .. Group5Fragments.Vectors,
        .. Group6Utf8.Vectors, .. Group7Closing.Vectors, .. Group10ManyFragments.Vectors, .. Lengths.Vectors, .. GluedFrames.Vectors,
    ];

    public static TheoryData<string, string> Frames => OnEveryWay(way => Table.Where(one => one.OnlyOn is null || one.OnlyOn == way).Select(one => one.Name));

    public static TheoryData<string, string> Handshakes => OnEveryWay(_ => HandshakeVectors.All.Select(one => one.Name));

    // Off the test framework's own few threads: a vector has dozens of steps, and each would wait there for what other tests are about.
    [Theory]
    [MemberData(nameof(Frames))]
    public Task Frames_are_answered_as_the_table_says(string way, string vector) =>
        Task.Run(async () => await new VectorRunner(await servers.OnAsync(way), way).RunAsync(Table.Single(one => one.Name == vector)));

    [Theory]
    [MemberData(nameof(Handshakes))]
    public Task A_handshake_is_answered_as_the_table_says(string way, string vector) =>
        Task.Run(async () => await HandshakeRunner.RunAsync(await servers.OnAsync(way), HandshakeVectors.All.Single(one => one.Name == vector)));

    private static TheoryData<string, string> OnEveryWay(Func<string, IEnumerable<string>> names)
    {
        var cases = new TheoryData<string, string>();
        foreach (var way in EchoServers.Ways)
        {
            foreach (var name in names(way)) cases.Add(way, name);
        }

        return cases;
    }
}
