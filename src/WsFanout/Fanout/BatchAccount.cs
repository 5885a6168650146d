using System.Numerics;
using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Fanout;

/// <summary>The account of what sockets took: how many, how long it had waited, what was lost with a connection.</summary>
/// <remarks>
/// The worker's thread only. Clients that take the same selection of a batch one after the other are counted together: a look at the clock for
/// each would cost more than all the rest.
/// </remarks>
internal sealed class BatchAccount(WorkerContext context)
{
    /// <summary>Clients counted together: about 0.1 ms of sends, which is how far a delivery time may be off.</summary>
    private const int LongestStretch = 16;

    private FrameBatch? _batch;
    private ulong _selection;
    private int _clients;

    /// <summary>The socket of a client took a whole selection at once.</summary>
    public void Sent(FrameBatch batch, ulong selection)
    {
        if (_clients == LongestStretch || selection != _selection) EndStretch();
        _batch = batch;
        _selection = selection;
        _clients++;
    }

    /// <summary>Counts what has been noted by <see cref="Sent(FrameBatch, ulong)"/>. Before the batch is changed.</summary>
    public void EndStretch()
    {
        if (_clients == 0) return;
        var (now, wallMs) = Clocks();
        var late = 0;
        var bytes = 0L;
        for (var rest = _selection; rest != 0; rest &= rest - 1)
        {
            var message = _batch![BitOperations.TrailingZeroCount(rest)];
            bytes += message.Length;
            if (Record(message, now, wallMs, _clients)) late++;
        }

        var messages = BitOperations.PopCount(_selection);
        var metrics = context.Metrics;
        metrics.Counters.Sent((long)messages * _clients, bytes * _clients);
        metrics.Counters.SentAtOnce((messages - late) * _clients, late * _clients);
        metrics.Batch.Record(messages, _clients);
        _clients = 0;
    }

    /// <summary>Counts frames that a socket took from a queue.</summary>
    /// <param name="wasBlocked">What waited because its socket was full says something of that client, not of the server.</param>
    public void Sent(ReadOnlySpan<Frame?> frames, bool wasBlocked)
    {
        if (frames.IsEmpty) return;
        var (now, wallMs) = Clocks();
        var messages = 0;
        var late = 0;
        var replayed = 0;
        var bytes = 0L;
        foreach (var frame in frames)
        {
            bytes += frame!.Length;
            if (frame is ReplayedMessage) replayed++;
            if (frame is not Message message) continue;
            messages++;
            if (Record(message, now, wallMs, 1)) late++;
        }

        var metrics = context.Metrics;
        metrics.Counters.Sent(messages, bytes);
        if (replayed > 0) metrics.Counters.Replayed(replayed);
        if (!wasBlocked) metrics.Counters.SentAtOnce(messages - late, late);
        if (messages > 0) metrics.Batch.Record(messages);
    }

    /// <summary>Counts what a connection that broke will never take.</summary>
    public void Unsent(ReadOnlySpan<Frame?> frames, Client client)
    {
        var messages = 0;
        foreach (var frame in frames) messages += frame is Message ? 1 : 0;
        if (messages > 0) context.ClientMetrics.MessagesDropped((client.Closing ?? CloseReason.ConnectionLost).DropLabel, messages);
    }

    private (long Now, long WallMs) Clocks() => (context.Time.GetTimestamp(), context.Time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <returns>Whether it was late.</returns>
    private bool Record(Message message, long now, long wallMs, int times)
    {
        var waited = context.Time.GetElapsedTime(message.ArrivedAt, now);
        context.Metrics.Delivery.Record(waited.TotalSeconds, times);
        context.Metrics.Age.Record(Math.Max(0, wallMs - message.TimestampMs) / 1000.0, times);
        return waited > context.LateAfter;
    }
}
