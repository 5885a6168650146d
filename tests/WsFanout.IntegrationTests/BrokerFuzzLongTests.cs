using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;
using Xunit.Abstractions;

namespace WsFanout.IntegrationTests;

/// <summary>A minute of a broker whose words arrive damaged, the same damage each time.</summary>
[Collection(nameof(FaultTests))]
public sealed class BrokerFuzzLongTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestHang = TimeSpan.FromSeconds(5);

    [LongFact]
    public async Task A_server_outlives_a_broker_whose_words_arrive_damaged_and_reads_on_once_they_are_sound()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        using var proxy = new DamagingProxy(nats.Port);
        await using var server = await TestServer.StartAsync(("NATS_URL", proxy.Url.ToString()), ("JS_STREAM_MAX_AGE", "10m"), ("JS_PULL_EXPIRES", "1s"), ("JS_HEARTBEAT", "200ms"));
        await using var broker = await Broker.ConnectAsync(nats);
        using var until = new CancellationTokenSource();
        server.Http.Timeout = LongestHang;
        await Wait.UntilAsync(server.IsReadyAsync, "the server should have attached through the damage at least once", Length);
        var publishing = broker.PublishSteadilyAsync(["a.b", "c.d"], perSecond: 200, until.Token);
        await using var client = await server.ConnectAsync("?channels=%3E");
        var before = GC.GetTotalMemory(forceFullCollection: true);

        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since) < Length)
        {
            // Answers within the client's timeout, or throws.
            Assert.True((await server.Http.GetAsync(new Uri("health/live", UriKind.Relative))).IsSuccessStatusCode);
            await Task.Delay(TimeSpan.FromMilliseconds(500));
        }

        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        await until.CancelAsync();
        var published = await publishing;
        var (connections, damages) = (proxy.Connections, proxy.Damages);
        output.WriteLine($"{connections} connections (seeds 1..{connections}), {damages} damages, {published} published, heap grown by {grown / 1024} KB.");
        proxy.Mend();
        await Wait.UntilAsync(server.IsAttachedAsync, "the server should be attached to the sound broker", TimeSpan.FromSeconds(30));

        // Damage may have made the numbers of that time anything; from here on everything counts again.
        await using var fresh = await server.ConnectAsync("?channels=%3E");
        await fresh.WaitForAsync("subscription_ack");
        for (var i = 1; i <= 100; i++) await broker.Js.PublishAsync(Broker.Prefix + "a.b", Encoding.UTF8.GetBytes($"{i}"));
        await Wait.UntilAsync(() => Numbers(fresh).Length >= 100, $"100 numbers should come; {Numbers(fresh).Length} did");

        Assert.Equal(Enumerable.Range(1, 100), Numbers(fresh));
        Assert.False(client.IsOver, $"the client's connection ended with {client.CloseCode}");
        Assert.True(connections >= 5 && damages >= 20, "too little was damaged: the test would prove little");
        Assert.True(grown < 64 << 20, $"the heap has grown by {grown} bytes");
        Assert.DoesNotContain(server.Log, line => line.StartsWith("Critical", StringComparison.Ordinal));
    }

    /// <summary>What the test itself published: the publisher beside it sends objects.</summary>
    private static int[] Numbers(TestClient client) => [.. client.Messages.Where(message => message["data"] is JsonValue).Select(message => message["data"]!.GetValue<int>())];
}
