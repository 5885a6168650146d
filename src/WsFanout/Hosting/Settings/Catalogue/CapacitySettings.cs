using WsFanout.Hosting.Settings.Grammars;

namespace WsFanout.Hosting.Settings.Catalogue;

/// <summary>How much of the machine may be used, and what happens at which part of it. Names and values of the capacity plan.</summary>
internal static class CapacitySettings
{
    private const double Off = 100;

    public static readonly Setting<double> CpuLimit = new(
        "WS_CPU_LIMIT", new NumberGrammar(0.01, 1024) { Zero = "the container's quota, else cores × 0.9" }, 0,
        "Cores this server may use; 100 % of `ws_cpu_percent` is this much.");

    public static readonly Setting<long> MemoryLimit = new(
        "WS_MEMORY_LIMIT", new SizeGrammar(64L << 20, 16L << 40) { Zero = "the container's limit, else physical − 256MB" }, 0,
        "Memory this server may use; its managed heap may take 60 % of it.");

    public static readonly Setting<long> MaxConnections = new(
        "WS_MAX_CONNECTIONS", new CountGrammar(1, 1_000_000) { Zero = "derived from CPU, memory and descriptors" }, 0,
        "Most clients at once, exact under races; the next one gets 503. Must fit the descriptor limit less a reserve of 256.");

    public static readonly Setting<long> WorkerPoolSize = new(
        "WS_WORKER_POOL_SIZE", new CountGrammar(1, 65_536) { Zero = "one per usable core" }, 0,
        "Fan-out workers. Threads are at most one per usable core; the formulas use the number as given.");

    public static readonly Setting<long> WorkerQueueSize = new(
        "WS_WORKER_QUEUE_SIZE", new CountGrammar(64, 4_194_304) { Zero = "max(32, connections / 40) × 100" }, 0,
        "Messages between intake and the slowest worker. Full: intake waits, nothing is dropped.");

    public static readonly Setting<long> WorkerQueueBytes = new(
        "WS_WORKER_QUEUE_BYTES", new SizeGrammar(64L << 10, 64L << 30), 32L << 20,
        "Bytes of frames between intake and the slowest worker; an empty queue takes one message of any size.");

    public static readonly Setting<long> MaxTasks = new(
        "WS_MAX_GOROUTINES", new CountGrammar(1, 10_000_000) { Zero = "⌈(2 × connections + workers + 20) × 1.2⌉" }, 0,
        "Cap on units of concurrency held open (the name is the plan's, there are no goroutines here): a client counts 2, a worker 1, the fixed loops 20. Not below 2 × connections + workers + 20.");

    public static readonly Setting<double> MaxNatsRate = new(
        "WS_MAX_NATS_RATE", new RateGrammar(0.1, 1e9) { Zero = "unlimited" }, 0,
        "Messages a second taken from the stream; above it the server asks for less, nothing is refused.");

    public static readonly Setting<double> MaxBroadcastRate = new(
        "WS_MAX_BROADCAST_RATE", new RateGrammar(0.1, 1e12) { Zero = "unlimited" }, 0,
        "Deliveries a second (message × client); above it intake slows down.");

    public static readonly Setting<double> CpuReject = new(
        "WS_CPU_REJECT_THRESHOLD", new NumberGrammar(1, Off), 75,
        "Percent of `WS_CPU_LIMIT` above which no new client is let in; 100 is off.");

    public static readonly Setting<double> CpuPause = new(
        "WS_CPU_PAUSE_THRESHOLD", new NumberGrammar(1, Off), 80,
        "Percent of `WS_CPU_LIMIT` above which intake pauses; 100 is off; not below the reject threshold.");

    public static readonly Setting<double> CpuRejectResume = new(
        "WS_CPU_REJECT_RESUME", new NumberGrammar(1, Off), 70,
        "Percent below which new clients are let in again; not above the reject threshold.")
    {
        DefaultNote = "threshold − 5",
    };

    public static readonly Setting<double> CpuPauseResume = new(
        "WS_CPU_PAUSE_RESUME", new NumberGrammar(1, Off), 75,
        "Percent below which intake goes on; not above the pause threshold.")
    {
        DefaultNote = "threshold − 5",
    };

    public static readonly Setting<TimeSpan> CpuSampleInterval = new(
        "WS_CPU_SAMPLE_INTERVAL", new DurationGrammar(100, 15_000), TimeSpan.FromMilliseconds(500),
        "Time between two readings of the CPU meter; smoothed with a half-life of two readings.");

    public static readonly Setting<double> MemoryReject = new(
        "WS_MEMORY_REJECT_PERCENT", new NumberGrammar(1, Off), 85,
        "Percent of `WS_MEMORY_LIMIT`, or of 85 % of the heap's limit, whichever is nearer, above which no new client is let in; 100 is off.");

    public static readonly Setting<double> MemoryShed = new(
        "WS_MEMORY_SHED_PERCENT", new NumberGrammar(1, Off), 95,
        "Percent, counted likewise, above which the slowest, then the newest clients are closed with 4100; 100 is off.");

    public static readonly Setting<double> MemoryPause = new(
        "WS_MEMORY_PAUSE_PERCENT", new NumberGrammar(1, Off), 97,
        "Percent, counted likewise, above which intake pauses; 100 is off. Reject, shed and pause must rise in this order.");

    public static readonly Setting<TimeSpan> PauseBudget = new(
        "JS_PAUSE_BUDGET", new DurationGrammar(1_000, 86_400_000) { Zero = "none: pause as long as needed" }, TimeSpan.Zero,
        "How long a pause may last before 5 % of the clients are shed and intake goes on whatever the CPU reads.");

    public static readonly Setting<TimeSpan> LagReject = new(
        "WS_LAG_REJECT", new DurationGrammar(10, 600_000) { Zero = "off" }, TimeSpan.FromSeconds(2),
        "Time from arrival in the intake to the socket; above it for 5 s, no new client is let in. Off while catching up.");

    public static readonly Setting<long> ListenBacklog = new(
        "WS_LISTEN_BACKLOG", new CountGrammar(1, 65_535), 4096,
        "Connections waiting to be accepted; the kernel cuts it to `somaxconn`, and the start says so.");

    public static readonly Setting<string> Calibration = new(
        "WS_CALIBRATION", new FileGrammar(), "",
        "What deliveries, clients and handshakes cost: a calibration file as the load test writes it; automatic values are worked out from it. Empty: the one that is part of the program.")
    {
        TakesEmpty = true,
    };

    public static IReadOnlyList<Setting> All { get; } =
    [
        CpuLimit, MemoryLimit, MaxConnections, WorkerPoolSize, WorkerQueueSize, WorkerQueueBytes, MaxTasks, MaxNatsRate, MaxBroadcastRate,
        CpuReject, CpuPause, CpuRejectResume, CpuPauseResume, CpuSampleInterval, MemoryReject, MemoryShed, MemoryPause, PauseBudget, LagReject, ListenBacklog, Calibration,
    ];
}
