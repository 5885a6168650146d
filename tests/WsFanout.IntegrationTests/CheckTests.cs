using WsFanout.IntegrationTests.Support;
using WsFanout.Nats;
using WsFanout.Planning.SystemCheck;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary><c>wsfanout check</c> against real brokers: what is wrong is found and named, and nothing is left there.</summary>
public sealed class CheckTests
{
    private const string Secret = "s3cret-of-this-test";

    internal static readonly StreamConfig Stream = new()
    {
        Name = Broker.Stream,
        Subjects = ["odin.token.>"],
        MaxAge = TimeSpan.FromSeconds(30),
        MaxMsgs = 100_000,
        MaxBytes = 52_428_800,
        AllowDirect = true,
    };

    [Fact]
    public async Task A_broker_as_it_should_be_is_ok_in_every_point_and_nothing_is_left_on_it()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var broker = await Broker.ConnectAsync(nats);
        await broker.Js.CreateStreamAsync(Stream);
        await broker.Js.PublishAsync("odin.token.a", "1"u8.ToArray());

        var check = await BrokerCheck.RunAsync(("NATS_URL", $"nats://127.0.0.1:{nats.Port}"));

        check.IsOkBut();
        Assert.All(
            (string[])["server", "version", "tls", "max_payload", "jetstream", "account_consumers", "stream", "retention", "stream_promise", "stream_window", "right_consumer_create", "right_consumer_pull", "right_consumer_delete", "right_message_get", "right_stream_create", "right_publish", "clock_skew"],
            name => check.Is(name, Verdict.Ok));
        Assert.Empty(await broker.ConsumersAsync());
        var state = (await broker.Js.GetStreamAsync(Broker.Stream)).State;
        Assert.Equal((1, 1), (state.Messages, state.LastSeq));
    }

    [Fact]
    public async Task A_stream_that_gets_messages_all_the_time_is_as_well()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var broker = await Broker.ConnectAsync(nats);
        await broker.Js.CreateStreamAsync(Stream);
        using var enough = new CancellationTokenSource();
        var publishing = PublishAsync();

        for (var i = 0; i < 3; i++)
        {
            var check = await BrokerCheck.RunAsync(("NATS_URL", $"nats://127.0.0.1:{nats.Port}"));

            check.IsOkBut();
        }

        await enough.CancelAsync();
        await publishing;

        async Task PublishAsync()
        {
            while (!enough.IsCancellationRequested) await broker.Js.PublishAsync("odin.token.a", "1"u8.ToArray());
        }
    }

    [Fact]
    public async Task A_stream_that_is_missing_is_made_by_the_server_and_not_by_the_check()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var broker = await Broker.ConnectAsync(nats);
        var url = ("NATS_URL", $"nats://127.0.0.1:{nats.Port}");

        var check = await BrokerCheck.RunAsync(url);
        check.IsOkBut("rights");
        check.Is("rights", Verdict.Skipped);
        check.Is("right_stream_create", Verdict.Ok);
        Assert.Equal(0, (await broker.Js.GetAccountInfoAsync()).Streams);

        check = await BrokerCheck.RunAsync(url, ("JS_STREAM_ENSURE", "false"));
        check.Is("stream", Verdict.Error);

        await broker.Js.CreateStreamAsync(Stream with { Name = "OTHER", Subjects = ["odin.token.btc.*"] });
        check = await BrokerCheck.RunAsync(url, ("JS_STREAM_REPLICAS", "3"));
        Assert.Contains("held by OTHER", check.One("stream_subjects").Found, StringComparison.Ordinal);
        check.Is("stream_subjects", Verdict.Error);
        check.Is("stream_replicas", Verdict.Error);
    }

    [Fact]
    public async Task A_broker_without_JetStream_is_an_error()
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { JetStream = false });

        var check = await BrokerCheck.RunAsync(("NATS_URL", $"nats://127.0.0.1:{nats.Port}"));

        check.Is("jetstream", Verdict.Error);
        Assert.Equal("off", check.One("jetstream").Found);
        check.Is("rights", Verdict.Skipped);
    }

    [Fact]
    public async Task An_account_without_JetStream_is_an_error()
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions
        {
            Config = $"accounts {{ A: {{ users: [ {{ user: feed, password: \"{Secret}\" }} ] }}, B: {{ jetstream: enabled, users: [ {{ user: other, password: x }} ] }} }}",
        });

        var check = await BrokerCheck.RunAsync(("NATS_URL", $"nats://feed:{Secret}@127.0.0.1:{nats.Port}"));

        check.Is("jetstream", Verdict.Error);
        Assert.DoesNotContain(Secret, check.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_whose_messages_are_taken_away_by_readers_is_an_error_and_gets_no_consumer()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var broker = await Broker.ConnectAsync(nats);
        await broker.Js.CreateStreamAsync(Stream with { Retention = StreamConfigRetention.Interest });

        var check = await BrokerCheck.RunAsync(("NATS_URL", $"nats://127.0.0.1:{nats.Port}"));

        check.Is("retention", Verdict.Error);
        check.Is("rights", Verdict.Skipped);
    }

    [Fact]
    public async Task A_stream_that_keeps_too_little_is_a_warning_by_age_and_by_number()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var broker = await Broker.ConnectAsync(nats);
        await broker.Js.CreateStreamAsync(Stream with { MaxAge = TimeSpan.FromSeconds(10), MaxMsgs = 5 });
        for (var i = 0; i < 10; i++) await broker.Js.PublishAsync("odin.token.a", default);

        var check = await BrokerCheck.RunAsync(("NATS_URL", $"nats://127.0.0.1:{nats.Port}"), ("JS_PAUSE_BUDGET", "8s"));

        Assert.Contains(check.Findings, finding => finding is { Name: "stream_promise", Verdict: Verdict.Warning } && finding.Detail!.Contains("WS_REPLAY_MAX_AGE", StringComparison.Ordinal));
        Assert.Contains(check.Findings, finding => finding is { Name: "stream_promise", Verdict: Verdict.Warning } && finding.Detail!.Contains("JS_PAUSE_BUDGET", StringComparison.Ordinal));
        check.Is("stream_window", Verdict.Warning);
        Assert.Contains("5 of max_msgs 5", check.One("stream_window").Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_is_down_is_an_error()
    {
        var check = await BrokerCheck.RunAsync(("NATS_URL", $"nats://127.0.0.1:{FreePort.Next()}"));

        check.Is("server", Verdict.Error);
        Assert.StartsWith("connect refused", check.One("server").Found, StringComparison.Ordinal);
        check.Is("jetstream", Verdict.Skipped);
    }

    [Fact]
    public async Task A_broker_that_stands_still_is_an_error_and_is_not_waited_for_longer_than_told()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        nats.Stop();

        var check = await BrokerCheck.RunAsync(TimeSpan.FromMilliseconds(300), ("NATS_URL", $"nats://127.0.0.1:{nats.Port}"));

        nats.Continue();
        check.Is("server", Verdict.Error);
        Assert.Contains("no answer within 0.3 s", check.One("server").Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_servers_the_dead_one_is_an_error_and_another_is_asked()
    {
        await using var cluster = await NatsCluster.StartAsync(3);
        await using var broker = await Broker.ConnectAsync(cluster.Nodes[0].Url);
        await Wait.UntilAsync(() => IsMadeAsync(broker), "the cluster should make the stream", TimeSpan.FromSeconds(30));
        await cluster.Nodes[2].KillAsync();
        await Wait.UntilAsync(() => AnswersAsync(broker), "the cluster should have leaders again", TimeSpan.FromSeconds(30));
        var urls = string.Join(',', cluster.Nodes.Select(node => $"nats://127.0.0.1:{node.Port}"));

        var check = await BrokerCheck.RunAsync(("NATS_URL", urls), ("JS_STREAM_REPLICAS", "3"));

        var servers = check.Findings.Where(finding => finding.Name == "server").ToList();
        Assert.Equal([Verdict.Ok, Verdict.Ok, Verdict.Error], servers.Select(finding => finding.Verdict));
        Assert.Contains("one less to go to", servers[2].Detail, StringComparison.Ordinal);
        check.Is("stream", Verdict.Ok);
    }

    [Fact]
    public async Task An_encrypted_broker_is_ok_and_one_whose_certificate_is_not_trusted_an_error()
    {
        using var authority = new TestAuthority();
        using var stranger = new TestAuthority("Another one");
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Config = TestAuthority.TlsBlock(authority.Issue(["localhost"])) });
        var url = ("NATS_URL", $"tls://localhost:{nats.Port}");

        var check = await BrokerCheck.RunAsync(url, ("NATS_TLS_CA", authority.CaFile));
        check.Is("tls", Verdict.Ok);
        Assert.StartsWith("encrypted", check.One("tls").Found, StringComparison.Ordinal);

        check = await BrokerCheck.RunAsync(url, ("NATS_TLS_CA", stranger.CaFile));
        check.Is("server", Verdict.Error);
        Assert.StartsWith("tls: ", check.One("server").Found, StringComparison.Ordinal);
        Assert.Contains("NATS_TLS_CA", Assert.Single(check.One("server").Cure), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_of_the_broker_below_those_of_the_settings_are_found()
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions
        {
            Config = $"max_payload: 100000\naccounts {{ A: {{ jetstream: {{ max_file: 1000000, max_consumers: 1 }}, users: [ {{ user: feed, password: \"{Secret}\" }} ] }} }}",
        });
        var url = ("NATS_URL", $"nats://feed:{Secret}@127.0.0.1:{nats.Port}");

        var check = await BrokerCheck.RunAsync(url);
        check.Is("max_payload", Verdict.Warning);
        check.Is("account_storage", Verdict.Error);
        check.Is("account_consumers", Verdict.Warning);

        await using var broker = await Broker.ConnectAsync(new Uri(url.Item2));
        await broker.Js.CreateStreamAsync(Stream with { MaxBytes = 500_000 });
        await broker.Js.CreateConsumerAsync(Broker.Stream, new ConsumerConfig { Name = "other", AckPolicy = ConsumerConfigAckPolicy.None, NumReplicas = 1, MemStorage = true });
        check = await BrokerCheck.RunAsync(url);
        check.Is("account_consumers", Verdict.Error);
        check.Is("right_consumer_create", Verdict.Error);
        Assert.Equal(["other"], await broker.ConsumersAsync());
    }

    private static async Task<bool> IsMadeAsync(Broker broker)
    {
        try
        {
            await broker.Js.CreateStreamAsync(Stream with { NumReplicas = 3 });
            return true;
        }
        catch (NatsException)
        {
            // No leader yet.
            return false;
        }
    }

    private static async Task<bool> AnswersAsync(Broker broker)
    {
        try
        {
            await broker.Js.GetAccountInfoAsync();
            await broker.Js.GetStreamAsync(Broker.Stream);
            return true;
        }
        catch (NatsException)
        {
            // Not elected yet.
            return false;
        }
    }
}
