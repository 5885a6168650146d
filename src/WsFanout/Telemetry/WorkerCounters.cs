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

    public long Deliveries => Volatile.Read(ref _deliveries);

    public long Bytes => Volatile.Read(ref _bytes);

    public long Received => Volatile.Read(ref _received);

    public long Subscriptions => Volatile.Read(ref _subscriptions);

    public long SlowClients => Volatile.Read(ref _slowClients);

    /// <summary>Messages and bytes that the sockets of this worker have taken.</summary>
    public void Sent(long messages, long bytes)
    {
        Volatile.Write(ref _deliveries, _deliveries + messages);
        Volatile.Write(ref _bytes, _bytes + bytes);
    }

    /// <summary>A request of a client.</summary>
    public void RequestReceived() => Volatile.Write(ref _received, _received + 1);

    public void SubscriptionsChanged(int by) => Volatile.Write(ref _subscriptions, _subscriptions + by);

    /// <summary>Clients with bytes waiting that have taken none since the last look.</summary>
    public void SlowClientsCounted(long count) => Volatile.Write(ref _slowClients, count);
}
