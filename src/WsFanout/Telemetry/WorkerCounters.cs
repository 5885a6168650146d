using System.Runtime.InteropServices;

namespace WsFanout.Telemetry;

/// <summary>What one worker counts in its own memory, summed up at each scrape.</summary>
/// <remarks>Written by the worker's thread alone; padded so that two workers never share a cache line.</remarks>
[StructLayout(LayoutKind.Sequential, Size = 256)]
internal sealed class WorkerCounters
{
    private long _deliveries;
    private long _bytes;
    private long _received;
    private long _subscriptions;
    private long _slowClients;
    private long _dealt;
    private long _onTime;
    private long _late;
    private long _replayed;
    private long _overdrawn;

    public long Deliveries => Volatile.Read(ref _deliveries);

    /// <summary>Messages of the History that sockets have taken, beside the deliveries.</summary>
    public long ReplayedMessages => Volatile.Read(ref _replayed);

    public long Bytes => Volatile.Read(ref _bytes);

    public long Received => Volatile.Read(ref _received);

    public long Subscriptions => Volatile.Read(ref _subscriptions);

    /// <summary>Deliveries put into queues.</summary>
    public long Dealt => Volatile.Read(ref _dealt);

    /// <summary>Deliveries to sockets that took them at once, in time and late: what they waited for was the server.</summary>
    public (long OnTime, long Late) Punctuality => (Volatile.Read(ref _onTime), Volatile.Read(ref _late));

    /// <summary>Deliveries that waited beyond the bounds of a send queue.</summary>
    public long Overdrawn => Volatile.Read(ref _overdrawn);

    public long SlowClients => Volatile.Read(ref _slowClients);

    /// <summary>Messages and bytes that the sockets of this worker have taken.</summary>
    public void Sent(long messages, long bytes)
    {
        Volatile.Write(ref _deliveries, _deliveries + messages);
        Volatile.Write(ref _bytes, _bytes + bytes);
    }

    /// <summary>Messages that were missed and have been sent again.</summary>
    public void Replayed(int messages) => Volatile.Write(ref _replayed, _replayed + messages);

    public void OverdrawnInAll(long deliveries) => Volatile.Write(ref _overdrawn, deliveries);

    public void DealtInAll(long deliveries) => Volatile.Write(ref _dealt, deliveries);

    public void SentAtOnce(int onTime, int late)
    {
        Volatile.Write(ref _onTime, _onTime + onTime);
        Volatile.Write(ref _late, _late + late);
    }

    /// <summary>A request of a client.</summary>
    public void RequestReceived() => Volatile.Write(ref _received, _received + 1);

    public void SubscriptionsChanged(int by) => Volatile.Write(ref _subscriptions, _subscriptions + by);

    /// <summary>Clients with bytes waiting that have taken none since the last look.</summary>
    public void SlowClientsCounted(long count) => Volatile.Write(ref _slowClients, count);
}
