using System.Text.Json.Nodes;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A server, clients that keep every frame, and a publisher that goes on until the end, while a test breaks something between them.</summary>
internal sealed class FaultRun : IAsyncDisposable
{
    /// <summary>A stream that keeps everything: what is missing at a client is the server's fault, not the stream's age.</summary>
    public static readonly (string Name, string Value)[] LongStream = [("JS_STREAM_MAX_AGE", "10m"), ("JS_STREAM_MAX_MSGS", "1000000"), ("JS_STREAM_MAX_BYTES", "500MB")];

    private readonly List<RecordingClient> _clients;

    private FaultRun(TestServer server, List<RecordingClient> clients, AckedPublisher publisher)
    {
        Server = server;
        _clients = clients;
        Publisher = publisher;
    }

    public TestServer Server { get; }

    public AckedPublisher Publisher { get; }

    public IReadOnlyList<RecordingClient> Clients => _clients;

    /// <param name="brokers">Where the publisher connects; the server too, unless its NATS_URL is among the variables.</param>
    /// <param name="clients">The first gets everything, as every third; the others one or two channels.</param>
    public static async Task<FaultRun> StartAsync(IReadOnlyList<Uri> brokers, int clients, int perSecond, params (string Name, string Value)[] variables)
    {
        var channels = Enumerable.Range(0, 10).Select(i => $"SYM{i}.trade").ToArray();
        var server = await TestServer.StartAsync([("NATS_URL", string.Join(',', brokers.Select(one => one.ToString().TrimEnd('/')))), .. variables]);
        await server.WaitUntilReadyAsync();
        var recording = new List<RecordingClient>();
        for (var i = 0; i < clients; i++)
        {
            string[] names = (i % 3) switch { 0 => [">"], 1 => [channels[i % 10]], _ => [channels[i % 10], channels[(i + 5) % 10]] };
            recording.Add(await RecordingClient.ConnectAsync(server.BaseAddress, names));
        }

        return new FaultRun(server, recording, new AckedPublisher(brokers, channels, perSecond));
    }

    /// <summary>Ends when so many more messages have been acknowledged, and the first client has been given one that was published meanwhile.</summary>
    public async Task FlowAsync(int messages)
    {
        var (wanted, reached) = (Publisher.Count + messages, _clients[0].LastSequence);
        await Wait.UntilAsync(() => Publisher.Count >= wanted, $"{messages} more messages should be stored", TimeSpan.FromSeconds(60));
        await Wait.UntilAsync(() => _clients[0].LastSequence > reached, "messages should reach the clients", TimeSpan.FromSeconds(60));
    }

    public Task UntilLoggedAsync(string text, int times = 1) =>
        Wait.UntilAsync(() => Server.Log.Count(line => line.Contains(text, StringComparison.Ordinal)) >= times, $"the log should say \"{text}\"", TimeSpan.FromSeconds(60));

    /// <summary>Stops publishing, waits until the last message has come everywhere, and checks every client: order, no double, nothing lost in silence, no dishonest gap.</summary>
    /// <returns>Messages that the stream never gave to the server, by the word of the gaps; every one of them was missed by all who wanted it.</returns>
    public async Task<IReadOnlyList<long>> FinishAsync()
    {
        await Publisher.FinishAsync();
        var stored = Publisher.Stored;
        var checker = new DeliveryChecker(stored);
        foreach (var client in _clients)
        {
            var last = stored.Last(message => client.Wants(message.Channel)).Sequence;
            await Wait.UntilAsync(() => client.LastSequence >= last || client.IsOver, $"message {last} should come to the client of {string.Join(',', client.Names)}", TimeSpan.FromSeconds(60));
            Assert.False(client.IsOver, $"the client of {string.Join(',', client.Names)} lost its connection with {client.CloseCode}");
            Assert.Empty(checker.Check(client.Frames(), client.Wants, client.AckedAt, stored[^1].Sequence));
        }

        Assert.Equal(_clients.Count, Server.ClientCount);
        var gaps = GapsOf(_clients[0]);
        Assert.All(_clients, client => Assert.Equal(gaps, GapsOf(client)));
        var missing = gaps.SelectMany(gap => Enumerable.Range((int)gap.From, (int)(gap.To - gap.From + 1)).Select(sequence => (long)sequence)).ToList();
        Assert.Equal(missing.Count, await Server.MetricAsync("ws_stream_missing_messages_total"));

        // Exact: what a gap names was stored, but for what nobody knows of because its acknowledgement was for another copy.
        var received = _clients[0].Frames().Where(frame => frame["type"]!.GetValue<string>() == "message").Select(frame => frame["seq"]!.GetValue<long>());
        Assert.Equal(Enumerable.Range((int)_clients[0].AckedAt + 1, (int)(stored[^1].Sequence - _clients[0].AckedAt)).Select(sequence => (long)sequence), received.Concat(missing).Order());
        return missing;
    }

    public async ValueTask DisposeAsync()
    {
        await Publisher.DisposeAsync();
        foreach (var client in _clients) await client.DisposeAsync();
        await Server.DisposeAsync();
    }

    private static List<(long From, long To, string Reason)> GapsOf(RecordingClient client) =>
        [.. client.Frames().Where(frame => frame["type"]!.GetValue<string>() == "gap").Select(GapOf)];

    private static (long From, long To, string Reason) GapOf(JsonNode gap) =>
        (gap["from"]!.GetValue<long>(), gap["to"]!.GetValue<long>(), gap["reason"]!.GetValue<string>());
}
