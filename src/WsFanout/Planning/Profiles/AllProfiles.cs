using WsFanout.Hosting.Settings.Catalogue;
using static WsFanout.Hosting.Settings.Catalogue.CapacitySettings;
using static WsFanout.Hosting.Settings.Catalogue.ClientSettings;
using static WsFanout.Hosting.Settings.Catalogue.PublishSettings;

namespace WsFanout.Planning.Profiles;

/// <summary>
/// The profiles, one table each: the capacity plan's own lines to the letter, and those of the capacity planning guide and of the HTTP/2 guide in
/// our settings. What a guide's parameter became, or why it became nothing, is in <see cref="Comparison.Parameters"/>; a test holds both against the guides' lines.
/// </summary>
/// <remarks>
/// The guides' <c>max-connections</c> × <c>max-concurrent-streams</c> requests at once are our clients; <c>arena-pool-size</c> (requests in work) and
/// <c>pending-stream-pool-size</c> (requests that wait) are one bound here, <c>WS_PUBLISH_MAX_PENDING</c>.
/// </remarks>
internal static class AllProfiles
{
    public static readonly Profile Demo = new("demo", "Development and demonstrations: little memory, quick under light traffic.",
    [
        new(MaxConnections, "64", ":max-connections 8 × :max-concurrent-streams 8"),
        new(Http2MaxStreams, "8", ":max-concurrent-streams 8"),
        new(MaxPending, "48", ":arena-pool-size 24 + :pending-stream-pool-size 24"),
        new(MaxBytes, "1MB", ":max-request-body-size 1048576"),
    ]);

    public static readonly Profile Conservative = new("conservative", "The capacity plan's testing phase: stability over capacity.",
    [
        new(MaxConnections, "5000", "WS_MAX_CONNECTIONS=5000"),
        new(WorkerPoolSize, "128", "WS_WORKER_POOL_SIZE=128"),
        new(WorkerQueueSize, "12800", "WS_WORKER_QUEUE_SIZE=12800"),
        new(MaxTasks, "12500", "WS_MAX_GOROUTINES=12500"),
        new(CpuReject, "70.0", "WS_CPU_REJECT_THRESHOLD=70.0"),
    ]);

    public static readonly Profile Aggressive = new("aggressive", "The capacity plan's largest capacity per instance.",
    [
        new(MaxConnections, "15000", "WS_MAX_CONNECTIONS=15000"),
        new(WorkerPoolSize, "512", "WS_WORKER_POOL_SIZE=512"),
        new(WorkerQueueSize, "51200", "WS_WORKER_QUEUE_SIZE=51200"),
        new(MaxTasks, "37500", "WS_MAX_GOROUTINES=37500"),
        new(CpuReject, "80.0", "WS_CPU_REJECT_THRESHOLD=80.0"),
    ]);

    public static readonly Profile Production = new("production", "High traffic: much throughput at low latency.",
    [
        new(MaxConnections, "10000", ":max-connections 100 × :max-concurrent-streams 100"),
        new(Http2MaxStreams, "100", ":max-concurrent-streams 100"),
        new(MaxPending, "1200", ":arena-pool-size 1000 + :pending-stream-pool-size 200"),
        new(MaxBytes, "8MB", ":max-request-body-size 8388608"),
    ]);

    public static readonly Profile HighThroughput = new("high-throughput", "As many small messages a second as there can be.",
    [
        new(MaxConnections, "12800", ":max-connections 50 × :max-concurrent-streams 256"),
        new(Http2MaxStreams, "256", ":max-concurrent-streams 256"),
        new(Http2MaxFrameSize, "2MB", "max_frame_size: 2 * 1024 * 1024"),
        new(MaxPending, "2500", ":arena-pool-size 2000 + :pending-stream-pool-size 500"),
        new(MaxBytes, "1MB", ":max-request-body-size 1048576"),
        new(PublishSettings.Timeout, "60s", "backpressure_timeout_ms = 60000"),
    ]);

    public static readonly Profile LargePayload = new("large-payload", "Few large messages.",
    [
        new(MaxConnections, "320", ":max-connections 20 × :max-concurrent-streams 16"),
        new(Http2MaxStreams, "16", ":max-concurrent-streams 16"),
        new(MaxPending, "96", ":arena-pool-size 64 + :pending-stream-pool-size 32"),
        new(MaxBytes, "64MB", ":max-request-body-size 134217728, cut to what the broker and this setting take at most"),
    ]);

    public static readonly Profile MemoryConstrained = new("memory-constrained", "As little memory as possible.",
    [
        new(MaxConnections, "32", "max_connections = 4 × max_concurrent_streams = 8"),
        new(Http2MaxStreams, "8", "max_concurrent_streams = 8"),
        new(Http2MaxFrameSize, "512KB", "max_frame_size: 512 * 1024"),
        new(HistorySettings.MaxBytes, "16MB", "arena_pool_size = 16 × arena_size = 1MB"),
        new(WorkerQueueBytes, "4MB", "none: the messages on their way are memory too; a quarter of those held"),
        new(SendBurstBytes, "4MB", "none: and so is what waits in a burst"),
        new(MaxPending, "24", "max_concurrent_streams = 8 × 3, the least that the guide's check allows"),
        new(PublishSettings.Timeout, "10s", "backpressure_timeout_ms = 10000"),
    ]);

    public static readonly Profile LowLatency = new("low-latency", "The shortest time to the client, for fewer of them.",
    [
        new(FlushMaxDelay, "0", $"none: a busy server waits up to {FlushMaxDelay.WrittenDefault} for more to send at once, this one never"),
        new(MemoryReject, "60", "buffer_high_watermark = 0.6"),
        new(MemoryShed, "80", "buffer_critical_watermark = 0.8"),
        new(PublishSettings.Timeout, "5s", "backpressure_timeout_ms = 5000"),
        new(Http2MaxStreams, "500", "max_concurrent_streams: 500"),
        new(MaxPending, "1500", "max_concurrent_streams: 500 × 3, the least that the guide's check allows"),
        new(Http2MaxFrameSize, "256KB", "max_frame_size: 256 * 1024"),
        new(Http2KeepAliveInterval, "15s", "keep_alive_interval: Duration::from_secs(15)"),
    ])
    {
        // "target 50% utilization max".
        TargetUtilisation = 50,
    };

    public static IReadOnlyList<Profile> InOrder { get; } =
        [Demo, Conservative, Aggressive, Production, HighThroughput, LargePayload, MemoryConstrained, LowLatency];

    public static Profile? Find(string name) => InOrder.FirstOrDefault(profile => profile.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
