using WsFanout.Clients;
using WsFanout.Messages;
using WsFanout.Transport;

namespace WsFanout.Fanout;

/// <summary>The account of each batch that comes back from the wire: what was sent, how long it had waited, what was lost with the connection.</summary>
/// <remarks>The worker's thread only.</remarks>
internal sealed class BatchAccount(WorkerContext context)
{
    /// <summary>Counts what the socket took of a batch.</summary>
    public void Sent(StreamConnection connection)
    {
        var metrics = context.Metrics;
        var now = context.Time.GetTimestamp();
        var wallMs = context.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var messages = 0;
        var late = 0;
        var bytes = 0L;
        foreach (var frame in connection.Sent)
        {
            bytes += frame!.Length;
            if (frame is not Message message) continue;
            messages++;
            var waited = context.Time.GetElapsedTime(message.ArrivedAt, now);
            if (waited > context.LateAfter) late++;
            metrics.Delivery.Record(waited.TotalSeconds);
            metrics.Age.Record(Math.Max(0, wallMs - message.TimestampMs) / 1000.0);
        }

        metrics.Counters.Sent(messages, bytes);

        // What waited because its socket was full says something of that client, not of the server.
        if (!connection.WasBlocked) metrics.Counters.SentAtOnce(messages - late, late);
        if (messages > 0) metrics.Batch.Record(messages);
    }

    /// <summary>Counts what it will never take.</summary>
    public void Unsent(StreamConnection connection, Client client)
    {
        var messages = 0;
        foreach (var frame in connection.Unsent) messages += frame is Message ? 1 : 0;
        if (messages > 0) context.ClientMetrics.MessagesDropped((client.Closing ?? CloseReason.ConnectionLost).DropLabel, messages);
    }
}
