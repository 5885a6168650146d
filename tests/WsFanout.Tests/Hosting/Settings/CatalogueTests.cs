using WsFanout.Clients;
using WsFanout.Fanout;
using WsFanout.Governor;
using WsFanout.History;
using WsFanout.Hosting;
using WsFanout.Hosting.Settings.Catalogue;
using WsFanout.Intake;

namespace WsFanout.Tests.Hosting.Settings;

public sealed class CatalogueTests
{
    // The contract's names, copied by hand: what is written there must exist here.
    private const string Contract = """
        WS_CPU_LIMIT WS_MEMORY_LIMIT WS_MAX_CONNECTIONS WS_WORKER_POOL_SIZE WS_WORKER_QUEUE_SIZE WS_WORKER_QUEUE_BYTES WS_MAX_GOROUTINES
        WS_MAX_NATS_RATE WS_MAX_BROADCAST_RATE WS_CPU_REJECT_THRESHOLD WS_CPU_PAUSE_THRESHOLD WS_CPU_REJECT_RESUME WS_CPU_PAUSE_RESUME
        WS_CPU_SAMPLE_INTERVAL WS_MEMORY_REJECT_PERCENT WS_MEMORY_SHED_PERCENT WS_MEMORY_PAUSE_PERCENT JS_PAUSE_BUDGET WS_LAG_REJECT WS_LISTEN_BACKLOG
        NATS_URL NATS_TOKEN NATS_USER NATS_PASSWORD NATS_TLS_CA NATS_TLS_CERT NATS_TLS_KEY JS_STREAM_NAME JS_SUBJECTS JS_CONSUMER_NAME
        JS_STREAM_MAX_AGE JS_STREAM_MAX_MSGS JS_STREAM_MAX_BYTES JS_STREAM_STORAGE JS_STREAM_REPLICAS JS_STREAM_ENSURE JS_PULL_BATCH JS_PULL_EXPIRES
        JS_HEARTBEAT WS_SUBJECT_PREFIX WS_INSTANCE_ID
        WS_ADDR WS_ADMIN_ADDR WS_TLS_CERT WS_TLS_KEY WS_ALLOWED_ORIGINS WS_REQUIRE_ORIGIN WS_TRUSTED_PROXIES WS_PING_INTERVAL WS_PONG_TIMEOUT
        WS_HANDSHAKE_TIMEOUT WS_MAX_MESSAGE_BYTES WS_MAX_CHANNELS_PER_CLIENT WS_MAX_PATTERNS_PER_CLIENT WS_MAX_CHANNEL_LENGTH
        WS_AUTH_JWT_SECRET WS_AUTH_JWT_PUBLIC_KEY WS_AUTH_JWT_ISSUER WS_AUTH_JWT_AUDIENCE WS_AUTH_DEADLINE WS_AUTH_QUERY_TOKEN LOG_LEVEL LOG_FORMAT
        WS_SEND_QUEUE_SIZE WS_SEND_QUEUE_BYTES WS_SLOW_CLIENT_POLICY WS_SLOW_CLIENT_TIMEOUT WS_FLUSH_MAX_DELAY WS_REPLAY_BUFFER_SIZE WS_REPLAY_MAX_AGE
        WS_REPLAY_MAX_BYTES WS_MAX_CHANNELS_HELD WS_MAX_CONNECTION_AGE WS_CONNECT_RATE WS_CONNECT_BURST WS_CONNECT_RATE_PER_IP WS_CONNECT_RATE_PER_IP_BURST
        WS_CLIENT_RATE WS_CLIENT_BURST WS_DRAIN_TIMEOUT WS_TRANSPORT
        WS_PUBLISH_TOKEN WS_PUBLISH_ADDR WS_PUBLISH_MAX_BYTES WS_PUBLISH_MAX_PENDING WS_PUBLISH_TIMEOUT WS_PUBLISH_RATE WS_PUBLISH_BURST
        WS_HTTP2_MAX_STREAMS WS_HTTP2_MAX_FRAME_SIZE WS_HTTP2_KEEPALIVE_INTERVAL WS_HTTP2_KEEPALIVE_TIMEOUT WS_HTTP2_STREAM_WINDOW WS_HTTP2_CONNECTION_WINDOW
        WS_TEST_ECHO WS_TEST_PAUSE WS_TEST_DROP_ONE_IN
        """;

    // Beyond the contract: what a burst may take that no queue holds, the file that says what things cost, and whether there is a page.
    private const string Added = "WS_SEND_BURST_TIME WS_SEND_BURST_BYTES WS_CALIBRATION WS_CONSOLE";

    [Fact]
    public void The_catalogue_holds_the_contracts_names_and_no_others() =>
        Assert.Equal($"{Contract} {Added}".Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Order(), AllSettings.InOrder.Select(setting => setting.Name).Order());

    [Fact]
    public void Every_setting_says_what_it_means_and_what_it_takes() =>
        Assert.All(AllSettings.InOrder, setting =>
        {
            Assert.True(setting.Meaning.EndsWith('.'), setting.Name);
            Assert.NotEmpty(setting.Expected);
            Assert.NotEmpty(setting.DefaultText);
        });

    [Fact]
    public void The_defaults_are_those_of_the_stages_own_records()
    {
        var settings = Reading.Sound(Reading.Of());

        Assert.Equal(new HistoryOptions(), settings.History);
        Assert.Equal(new ClientOptions(), settings.Clients);
        Assert.Equal(new PublishOptions(), settings.Publish);
        Assert.Equal(new HostOptions(), settings.Host);
        Assert.Equal(new StreamOptions { InstanceId = settings.Stream.InstanceId, Subjects = settings.Stream.Subjects, Servers = settings.Stream.Servers }, settings.Stream);
        Assert.Equal(new StreamOptions().Subjects, settings.Stream.Subjects);
        Assert.Empty(settings.Stream.Servers);
        Assert.Equal(new FanoutOptions().RingBytes, settings.Fanout.RingBytes);
        var defaults = new GovernorOptions();
        Assert.Equal(
            (defaults.CpuRejectPercent, defaults.CpuRejectResumePercent, defaults.CpuPausePercent, defaults.CpuPauseResumePercent, defaults.CpuSampleInterval),
            (settings.Governor.CpuRejectPercent, settings.Governor.CpuRejectResumePercent, settings.Governor.CpuPausePercent, settings.Governor.CpuPauseResumePercent, settings.Governor.CpuSampleInterval));
    }

    [Fact]
    public void Every_active_setting_reaches_the_records()
    {
        var settings = Reading.Sound(Reading.Of(
            ("WS_WORKER_QUEUE_BYTES", "1MB"), ("WS_CPU_SAMPLE_INTERVAL", "1s"), ("WS_LISTEN_BACKLOG", "7"),
            ("NATS_URL", "nats://a:1,nats://b:2"), ("NATS_TOKEN", "t"), ("JS_SUBJECTS", "x.>,y.>"), ("JS_STREAM_STORAGE", "memory"), ("JS_STREAM_REPLICAS", "3"),
            ("JS_STREAM_ENSURE", "false"), ("JS_STREAM_MAX_AGE", "0"), ("JS_STREAM_MAX_MSGS", "0"), ("JS_STREAM_MAX_BYTES", "0"), ("JS_PULL_BATCH", "5"), ("JS_PULL_EXPIRES", "3s"), ("JS_HEARTBEAT", "200ms"), ("WS_SUBJECT_PREFIX", "x."),
            ("WS_ADDR", "127.0.0.1:1"), ("WS_ADMIN_ADDR", "[::1]:2"), ("WS_CONSOLE", "false"), ("WS_ALLOWED_ORIGINS", "https://a.example, http://b:81"), ("WS_REQUIRE_ORIGIN", "true"), ("WS_HANDSHAKE_TIMEOUT", "1s"), ("WS_DRAIN_TIMEOUT", "2s"), ("LOG_LEVEL", "debug"), ("WS_TRANSPORT", "stream"), ("WS_TEST_ECHO", "true"), ("WS_FLUSH_MAX_DELAY", "7ms"), ("WS_TEST_DROP_ONE_IN", "18"), ("LOG_FORMAT", "text"),
            ("WS_PING_INTERVAL", "1s"), ("WS_PONG_TIMEOUT", "2s"), ("WS_MAX_MESSAGE_BYTES", "1KB"), ("WS_MAX_CHANNELS_PER_CLIENT", "3"), ("WS_MAX_PATTERNS_PER_CLIENT", "0"),
            ("WS_MAX_CHANNEL_LENGTH", "9"), ("WS_CLIENT_RATE", "0"), ("WS_CLIENT_BURST", "4"), ("WS_SEND_QUEUE_SIZE", "6"), ("WS_SEND_QUEUE_BYTES", "8KB"), ("WS_SEND_BURST_TIME", "700ms"), ("WS_SEND_BURST_BYTES", "5MB"),
            ("WS_SLOW_CLIENT_POLICY", "disconnect"), ("WS_SLOW_CLIENT_TIMEOUT", "4s"), ("WS_REPLAY_BUFFER_SIZE", "11"), ("WS_REPLAY_MAX_AGE", "12s"), ("WS_MAX_CONNECTION_AGE", "1h"),
            ("WS_REPLAY_MAX_BYTES", "13MB"), ("WS_MAX_CHANNELS_HELD", "14"), ("WS_PUBLISH_TOKEN", "p"), ("WS_PUBLISH_MAX_BYTES", "2MB"),
            ("WS_PUBLISH_MAX_PENDING", "15"), ("WS_PUBLISH_TIMEOUT", "6s"), ("WS_PUBLISH_RATE", "16"), ("WS_PUBLISH_BURST", "17")));

        Assert.Equal((TimeSpan.FromMilliseconds(7), 18), (settings.Fanout.FlushMaxDelay, settings.Fanout.LosesOneIn));
        Assert.Equal((1L << 20, TimeSpan.FromSeconds(1), 7), (settings.Fanout.RingBytes, settings.Governor.CpuSampleInterval, settings.Host.ListenBacklog));
        Assert.Equal(["nats://a:1/", "nats://b:2/"], settings.Stream.Servers.Select(server => server.ToString()));
        Assert.Equal(["x.>", "y.>"], settings.Stream.Subjects);
        Assert.Equal(
            new StreamOptions
            {
                Servers = settings.Stream.Servers,
                Token = "t",
                Subjects = settings.Stream.Subjects,
                SubjectPrefix = "x.",
                InstanceId = settings.Stream.InstanceId,
                StreamMaxAge = TimeSpan.Zero,
                StreamMaxMessages = 0,
                StreamMaxBytes = 0,
                Storage = "memory",
                Replicas = 3,
                EnsureStream = false,
                PullBatch = 5,
                PullExpires = TimeSpan.FromSeconds(3),
                Heartbeat = TimeSpan.FromMilliseconds(200),
                ReplayMaxAge = TimeSpan.FromSeconds(12),
                ReplayMessages = 11,
                MaxChannelLength = 9,
            },
            settings.Stream);
        Assert.Equal(["https://a.example", "http://b:81"], settings.Host.AllowedOrigins);
        Assert.Equal(
            new HostOptions
            {
                Address = "127.0.0.1:1",
                AdminAddress = "[::1]:2",
                HasConsole = false,
                AllowedOrigins = settings.Host.AllowedOrigins,
                RequireOrigin = true,
                ListenBacklog = 7,
                HandshakeTimeout = TimeSpan.FromSeconds(1),
                IsDirect = false,
                UnacknowledgedTimeout = TimeSpan.FromSeconds(13),
                OffersTestEcho = true,
                DrainTimeout = TimeSpan.FromSeconds(2),
                LogLevel = Microsoft.Extensions.Logging.LogLevel.Debug,
                LogJson = false,
            },
            settings.Host);
        Assert.Equal(
            new ClientOptions
            {
                PingInterval = TimeSpan.FromSeconds(1),
                PongTimeout = TimeSpan.FromSeconds(2),
                MaxMessageBytes = 1024,
                MaxChannels = 3,
                MaxPatterns = 0,
                MaxChannelLength = 9,
                RequestsPerSecond = 0,
                RequestBurst = 4,
                SendQueueMessages = 6,
                SendQueueBytes = 8192,
                SendBurstTime = TimeSpan.FromMilliseconds(700),
                SendBurstBytes = (5 << 20) / settings.Fanout.WorkerThreads,
                SlowClientPolicy = SlowClientPolicy.Disconnect,
                SlowClientTimeout = TimeSpan.FromSeconds(4),
                MaxConnectionAge = TimeSpan.FromHours(1),
                ReplayMaxAge = TimeSpan.FromSeconds(12),
            },
            settings.Clients);
        Assert.Equal(new HistoryOptions { MessagesPerChannel = 11, MaxAge = TimeSpan.FromSeconds(12), MaxBytes = 13L << 20, MaxChannels = 14 }, settings.History);
        Assert.Equal(new PublishOptions { Token = "p", MaxBytes = 2 << 20, MaxPending = 15, Timeout = TimeSpan.FromSeconds(6), RatePerSecond = 16, Burst = 17 }, settings.Publish);
    }
}
