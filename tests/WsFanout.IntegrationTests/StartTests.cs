using System.Text.Json.Nodes;
using WsFanout.IntegrationTests.Support;
using WsFanout.Nats;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>What a server meets when it starts: a broker that isn't there yet, one without JetStream, a stream that is hardly meant.</summary>
public sealed class StartTests
{
    public static TheoryData<string> Binaries => [.. NatsServerProcess.Binaries];

    [Theory]
    [MemberData(nameof(Binaries))]
    public async Task A_server_waits_for_its_broker_and_then_for_its_stream_says_why_and_is_quiet_about_it(string binary)
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Binary = binary });
        await nats.KillAsync();
        await using var server = await TestServer.StartAsync(("NATS_URL", nats.Url.ToString()), ("JS_STREAM_ENSURE", "false"));
        await UntilReasonAsync(server, "disconnected");
        Assert.Equal((503, 503), (await StatusAsync(server, "health/ready"), await UpgradeStatusAsync(server)));
        Assert.Equal(200, await StatusAsync(server, "health/live"));

        await nats.RestartAsync();
        await UntilReasonAsync(server, "stream_not_found");
        await Task.Delay(TimeSpan.FromSeconds(1));
        var warnings = server.Log.Count(line => line.StartsWith("Warning", StringComparison.Ordinal));
        await using (var broker = await Broker.ConnectAsync(nats))
        {
            await broker.Js.CreateStreamAsync(new StreamConfig { Name = Broker.Stream, Subjects = [Broker.Prefix + ">"] });
        }

        await server.WaitUntilReadyAsync();
        Assert.InRange(warnings, 2, 6);
    }

    [Fact]
    public async Task A_broker_without_JetStream_is_a_reason_and_it_is_served_once_it_has_it()
    {
        await using var plain = await NatsServerProcess.StartAsync(new NatsServerOptions { JetStream = false });
        await using var account = await NatsServerProcess.StartAsync(new NatsServerOptions { Config = "accounts { A: { users: [ { user: a, password: b } ] } }, no_auth_user: a" });
        await using var first = await TestServer.StartAsync(("NATS_URL", plain.Url.ToString()));
        await using var second = await TestServer.StartAsync(("NATS_URL", account.Url.ToString()));

        await UntilReasonAsync(first, "jetstream_off");
        await UntilReasonAsync(second, "jetstream_off");
        Assert.False(await first.IsReadyAsync());
        Assert.False(await second.IsReadyAsync());

        await account.RestartAsync("");
        await second.WaitUntilReadyAsync();
    }

    [Theory]
    [InlineData(StreamConfigRetention.Interest)]
    [InlineData(StreamConfigRetention.Workqueue)]
    public async Task A_stream_whose_readers_take_from_each_other_is_refused(StreamConfigRetention retention)
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var broker = await Broker.ConnectAsync(nats);
        await broker.Js.CreateStreamAsync(new StreamConfig { Name = Broker.Stream, Subjects = [Broker.Prefix + ">"], Retention = retention });
        await using var server = await TestServer.StartAsync(("NATS_URL", nats.Url.ToString()));

        await UntilReasonAsync(server, "wrong_retention");

        Assert.False(await server.IsReadyAsync());
        Assert.Empty(await broker.ConsumersAsync());
    }

    [Fact]
    public async Task A_stream_that_costs_messages_or_resumes_one_day_is_served_and_warned_of_once()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var broker = await Broker.ConnectAsync(nats);
        await broker.Js.CreateStreamAsync(new StreamConfig { Name = Broker.Stream, Subjects = ["orders.>"], MaxAge = TimeSpan.FromSeconds(5) });
        await using var server = await TestServer.StartAsync(nats, ("JS_PAUSE_BUDGET", "3s"));
        foreach (var consumer in await broker.ConsumersAsync()) await broker.Js.DeleteConsumerAsync(Broker.Stream, consumer);
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_stream_consumers_created_total") > 1, "it should attach again");

        foreach (var concern in new[] { "less than twice JS_PAUSE_BUDGET", "less than WS_REPLAY_MAX_AGE", "nobody will be given anything", "allow_direct is off" })
        {
            Assert.Single(server.Log, line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains(concern, StringComparison.Ordinal));
        }
    }

    private static Task UntilReasonAsync(TestServer server, string reason) => Wait.UntilAsync(
        async () => JsonNode.Parse(await server.Http.GetStringAsync(new Uri("health", UriKind.Relative)))!["checks"]!["nats"]!["reason"]?.GetValue<string>() == reason,
        $"health should say {reason}",
        TimeSpan.FromSeconds(30));

    private static async Task<int> StatusAsync(TestServer server, string path) => (int)(await server.Http.GetAsync(new Uri(path, UriKind.Relative))).StatusCode;

    private static async Task<int> UpgradeStatusAsync(TestServer server)
    {
        var (reply, client) = await Visitor.TryAsync(server, "");
        client?.Dispose();
        return reply.Status;
    }
}
