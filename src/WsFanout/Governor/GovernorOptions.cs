namespace WsFanout.Governor;

/// <summary>How much of the machine this server may use, and at which part of it newcomers and intake stop.</summary>
internal sealed record GovernorOptions
{
    /// <summary>Percent below a threshold of memory at which what began above it ends.</summary>
    public const double MemoryHysteresis = 2;

    /// <summary>Cores; 100 % of <c>ws_cpu_percent</c> is this much.</summary>
    public double CpuLimitCores { get; init; } = 1;

    /// <summary>Bytes the process may use; the collector's hard limit is 60 % of it.</summary>
    public long MemoryLimitBytes { get; init; } = 512L << 20;

    /// <summary>Most clients at once, exact. The next one is refused with 503 <c>max_connections</c>.</summary>
    public int MaxConnections { get; init; } = 1000;

    /// <summary>Most connections open at once, clients and all others but those of the next. One too many is closed before its first byte is read.</summary>
    public int MaxOpenConnections { get; init; } = 2024;

    /// <summary>Most connections open at once at the address for publishing alone; 0 when there is none.</summary>
    public int MaxPublishConnections { get; init; }

    /// <summary>Most units of concurrency held open: a client counts 2, a worker 1, the fixed loops 20.</summary>
    public int MaxTasks { get; init; } = 2448;

    /// <summary>Percent of <see cref="CpuLimitCores"/> above which new clients are refused; 100 is off.</summary>
    public double CpuRejectPercent { get; init; } = 75;

    /// <summary>Percent below which new clients are let in again.</summary>
    public double CpuRejectResumePercent { get; init; } = 70;

    /// <summary>Percent of <see cref="CpuLimitCores"/> above which intake pauses; 100 is off.</summary>
    public double CpuPausePercent { get; init; } = 80;

    /// <summary>Percent below which intake goes on.</summary>
    public double CpuPauseResumePercent { get; init; } = 75;

    /// <summary>Time between two readings of the CPU meter; smoothed with a half-life of two readings.</summary>
    public TimeSpan CpuSampleInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Percent of <see cref="MemoryLimitBytes"/> above which new clients are refused; 100 is off, as for the next two.</summary>
    public double MemoryRejectPercent { get; init; } = 85;

    /// <summary>Percent above which clients are closed: the slowest, then the newest.</summary>
    public double MemoryShedPercent { get; init; } = 95;

    /// <summary>Percent above which intake pauses.</summary>
    public double MemoryPausePercent { get; init; } = 97;

    /// <summary>How long overload of the CPU may pause the intake before clients are shed and it goes on; zero: as long as needed.</summary>
    public TimeSpan PauseBudget { get; init; }

    /// <summary>Messages a second that the intake takes; 0 is unlimited. Beyond: they stay in the stream for longer.</summary>
    public double MaxMessagesPerSecond { get; init; }

    /// <summary>Deliveries (message × client) a second; 0 is unlimited. Beyond: the intake takes fewer messages.</summary>
    public double MaxDeliveriesPerSecond { get; init; }

    /// <summary>Time from a message's arrival to its socket above which it is late; zero: nothing is.</summary>
    public TimeSpan LateAfter { get; init; } = TimeSpan.FromSeconds(2);
}
