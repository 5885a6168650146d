namespace WsFanout.Tests.Hosting.Settings;

/// <summary>The user's capacity plan for one e2-small.</summary>
internal static class CapacityPlan
{
    /// <summary>Its environment block, to the letter, comments included.</summary>
    public const string EnvironmentBlock = """
        environment:
          # Instance resource limits
          - WS_CPU_LIMIT=1.8              # 90% of e2-small (0.2 for OS)
          - WS_MEMORY_LIMIT=1879048192    # 1792 MB in bytes (256MB for OS)

          # Connection capacity
          - WS_MAX_CONNECTIONS=10000      # Capacity: 10k concurrent connections

          # Worker pool (message broadcasting)
          - WS_WORKER_POOL_SIZE=256       # 256 workers (10k / 40 = 250, rounded to power of 2)
          - WS_WORKER_QUEUE_SIZE=25600    # 256 × 100 buffer slots

          # Goroutine limits
          - WS_MAX_GOROUTINES=25000       # (10k×2 + 256 + 20) × 1.2 = 24,331 → 25k

          # Rate limiting (testing: unlimited)
          - WS_MAX_NATS_RATE=0            # Unlimited (current: 12/sec, capacity: 256k/sec)
          - WS_MAX_BROADCAST_RATE=0       # Unlimited (current: 2.4k/sec, capacity: 256k/sec)

          # Safety thresholds
          - WS_CPU_REJECT_THRESHOLD=75.0  # Reject new connections at 75% CPU
          - WS_CPU_PAUSE_THRESHOLD=80.0   # Pause NATS at 80% CPU

          # JetStream config
          - JS_STREAM_NAME=ODIN_TOKENS
          - JS_CONSUMER_NAME=ws-server
          - JS_STREAM_MAX_AGE=30s         # 30 second message retention
          - JS_STREAM_MAX_MSGS=100000     # 100k message limit
          - JS_STREAM_MAX_BYTES=52428800  # 50 MB limit

          # Logging
          - LOG_LEVEL=info
          - LOG_FORMAT=json
        """;
}
