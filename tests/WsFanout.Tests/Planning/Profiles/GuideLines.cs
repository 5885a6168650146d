namespace WsFanout.Tests.Planning.Profiles;

/// <summary>The lines that the profiles come from, copied by hand from the capacity plan, the capacity planning guide and the HTTP/2 guide.</summary>
internal static class GuideLines
{
    public const string Conservative = """
        - WS_MAX_CONNECTIONS=5000        # Half capacity
        - WS_WORKER_POOL_SIZE=128        # Half workers
        - WS_WORKER_QUEUE_SIZE=12800     # Half queue
        - WS_MAX_GOROUTINES=12500        # (5k×2 + 128 + 20) × 1.2
        - WS_CPU_REJECT_THRESHOLD=70.0   # More headroom
        """;

    public const string Aggressive = """
        - WS_MAX_CONNECTIONS=15000       # 1.5x capacity
        - WS_WORKER_POOL_SIZE=512        # More workers
        - WS_WORKER_QUEUE_SIZE=51200     # Bigger queue
        - WS_MAX_GOROUTINES=37500        # (15k×2 + 512 + 20) × 1.2
        - WS_CPU_REJECT_THRESHOLD=80.0   # Tighter margin
        """;

    public const string Demo = """
        {:max-connections 8
         :max-concurrent-streams 8        ; 64 max concurrent requests
         :max-handles 128
         :max-servers 3
         :arena-size 4194304              ; 4MB per arena
         :arena-pool-size 24              ; 96MB total (3× full connection)
         :max-request-body-size 1048576   ; 1MB
         :backpressure-list-max 50
         :pending-stream-pool-size 24}
        """;

    public const string Production = """
        {:max-connections 100
         :max-concurrent-streams 100      ; 10,000 max concurrent requests
         :max-handles 4096
         :max-servers 8
         :arena-size 4194304              ; 4MB per arena (NOT 64MB!)
         :arena-pool-size 1000            ; 4GB total
         :max-request-body-size 8388608   ; 8MB
         :backpressure-list-max 5000
         :pending-stream-pool-size 200}
        """;

    public const string HighThroughput = """
        {:max-connections 50
         :max-concurrent-streams 256      ; Browser-like multiplexing
         :max-handles 2048
         :max-servers 4
         :arena-size 1048576              ; 1MB per arena (small payloads)
         :arena-pool-size 2000            ; 2GB total
         :max-request-body-size 1048576   ; 1MB
         :backpressure-list-max 2000
         :pending-stream-pool-size 500}
        """;

    public const string LargePayload = """
        {:max-connections 20
         :max-concurrent-streams 16       ; Fewer streams, larger payloads
         :max-handles 512
         :max-servers 4
         :arena-size 67108864             ; 64MB per arena
         :arena-pool-size 64              ; 4GB total
         :max-request-body-size 134217728 ; 128MB
         :backpressure-list-max 100
         :pending-stream-pool-size 32}
        """;

    public const string ThroughputSensitive = """
        max_concurrent_streams = 256
        arena_pool_size = max_connections × max_concurrent_streams × 0.5
        backpressure_timeout_ms = 60000  ; 60 seconds
        pending_stream_pool_size = arena_pool_size × 0.5
        """;

    public const string LatencySensitive = """
        1. **Over-provision arena pool** (target 50% utilization max)
        arena_pool_size = expected_concurrency × 2
        arena_size = 1MB to 4MB
        backpressure_list_max = arena_pool_size × 0.1
        backpressure_timeout_ms = 5000  ; 5 seconds
        buffer_high_watermark = 0.6
        buffer_critical_watermark = 0.8
        """;

    public const string MemoryConstrained = """
        arena_size = 1MB  ; Minimum practical
        max_connections = 4
        max_concurrent_streams = 8
        arena_pool_size = 16  ; 16MB total
        backpressure_timeout_ms = 10000
        """;

    public const string Http2HighThroughput = """
        max_frame_size: 2 * 1024 * 1024,    // 2MB frames
        max_concurrent_streams: 2000,        // Very high concurrency
        pool_max_idle_per_host: 200,        // Large pool
        pool_idle_timeout: Duration::from_secs(120),
        """;

    public const string Http2LowLatency = """
        max_frame_size: 256 * 1024,         // 256KB frames
        max_concurrent_streams: 500,         // Moderate concurrency
        pool_max_idle_per_host: 50,         // Smaller pool
        keep_alive_interval: Duration::from_secs(15), // Faster keep-alive
        """;

    public const string Http2MemoryConstrained = """
        max_frame_size: 512 * 1024,         // 512KB frames
        max_concurrent_streams: 200,         // Lower concurrency
        pool_max_idle_per_host: 25,         // Small pool
        pool_idle_timeout: Duration::from_secs(60),
        """;

    /// <summary>What a profile may quote.</summary>
    public static string Of(string profile) => profile switch
    {
        "demo" => Demo,
        "conservative" => Conservative,
        "aggressive" => Aggressive,
        "production" => Production,
        "high-throughput" => HighThroughput + ThroughputSensitive + Http2HighThroughput,
        "large-payload" => LargePayload,
        "memory-constrained" => MemoryConstrained + Http2MemoryConstrained,
        "low-latency" => LatencySensitive + Http2LowLatency,
        _ => "",
    };
}
