using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using WsFanout.IntegrationTests.Support;
using WsFanout.Nats;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>Consumers that can be made and then fail: no reason to call the stream attached, nor to make them faster and faster.</summary>
public sealed class FailingConsumerTests
{
    [Fact]
    public async Task A_consumer_that_always_fails_after_its_first_word_does_not_count_as_attached_until_one_works()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(nats);
        await using var client = await server.ConnectAsync("?channels=%3E");
        await client.WaitForAsync("subscription_ack");
        using var until = new CancellationTokenSource();
        var spoiling = SpoilAsync(nats, until.Token);
        var created = await server.MetricAsync("ws_stream_consumers_created_total");

        await Wait.UntilAsync(
            async () => await server.MetricAsync("ws_stream_consumers_created_total") >= created + 6, "consumers should fail again and again", TimeSpan.FromSeconds(40));
        var attached = server.Log.Count(line => line.Contains("Attached to stream", StringComparison.Ordinal));
        var healthy = await server.IsAttachedAsync();
        await until.CancelAsync();
        await spoiling;

        Assert.InRange(attached, 1, 2);
        Assert.False(healthy);
        await server.PublishAsync("a.b", "1");
        await client.WaitForMessagesAsync(1);
        await Wait.UntilAsync(server.IsAttachedAsync, "a consumer that works should count", TimeSpan.FromSeconds(20));
    }

    /// <summary>Answers each pull as a broker does whose consumer is gone.</summary>
    private static async Task SpoilAsync(NatsServerProcess nats, CancellationToken until)
    {
        await using var connection = new NatsConnection(new NatsOpts { Servers = [nats.Url] }, TimeProvider.System, NullLogger<NatsConnection>.Instance);
        connection.Start();
        await connection.WaitUntilOpenAsync(CancellationToken.None);
        using var pulls = connection.Subscribe("$JS.API.CONSUMER.MSG.NEXT.>", 10_000);
        try
        {
            await foreach (var pull in pulls.Msgs.ReadAllAsync(until))
            {
                using (pull) await RawNats.PublishAsync(nats, Encoding.UTF8.GetString(pull.ReplyTo), "NATS/1.0 409 Consumer Deleted\r\n\r\n");
            }
        }
        catch (OperationCanceledException) when (until.IsCancellationRequested)
        {
            // The test has seen enough.
        }
    }
}
