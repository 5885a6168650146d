namespace WsFanout.Fanout;

/// <summary>The ring between intake and the workers, and how many workers there are.</summary>
internal sealed record FanoutOptions
{
    /// <summary>Worker threads that really run: the number asked for, at most one a usable core.</summary>
    public int WorkerThreads { get; init; } = 1;

    /// <summary>Messages between intake and the slowest worker. Full: intake waits, nothing is dropped.</summary>
    public int RingMessages { get; init; } = 25_600;

    /// <summary>The same in bytes of frames. An empty ring takes one message of any size.</summary>
    public long RingBytes { get; init; } = 32L << 20;

    /// <summary>Longest wait of a busy worker for more messages before those that have come are dealt; zero: never waits.</summary>
    public TimeSpan FlushMaxDelay { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>One delivery in so many is lost on purpose, for tests; 0: none is.</summary>
    public long LosesOneIn { get; init; }
}
