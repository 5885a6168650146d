using System.Collections.Concurrent;

namespace WsFanout.Transport;

/// <summary>What waits for one worker from connections of the stream way, and the bell that wakes it.</summary>
/// <remarks>
/// Any thread posts; the worker's thread takes. Bounded by its senders: a connection has at most one received message, one returned batch,
/// one violation and one end in it at a time.
/// </remarks>
/// <param name="bell">Rung only while the worker sleeps.</param>
internal sealed class WorkerInbox(IDoorbell bell)
{
    private readonly ConcurrentQueue<TransportEvent> _events = new();

    // By Interlocked: 1 while the worker sleeps or is about to.
    private int _sleeps;

    public bool IsEmpty => _events.IsEmpty;

    public void Post(in TransportEvent happened)
    {
        _events.Enqueue(happened);
        Ring();
    }

    public bool TryTake(out TransportEvent happened) => _events.TryDequeue(out happened);

    /// <summary>Wakes the worker if it sleeps; costs one read if it doesn't.</summary>
    public void Ring()
    {
        // Orders whatever the caller has just put somewhere before the look at the flag.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _sleeps) != 0 && Interlocked.Exchange(ref _sleeps, 0) != 0) bell.Ring();
    }

    /// <summary>Announces sleep. The worker must then look once more for work, and call <see cref="Sleep"/> or <see cref="StayAwake"/>.</summary>
    public void PrepareToSleep() => Interlocked.Exchange(ref _sleeps, 1);

    public void StayAwake() => Volatile.Write(ref _sleeps, 0);

    /// <summary>Sleeps until rung or <paramref name="longest"/> has passed.</summary>
    public void Sleep(TimeSpan longest)
    {
        bell.Wait(longest);
        Volatile.Write(ref _sleeps, 0);
    }
}
