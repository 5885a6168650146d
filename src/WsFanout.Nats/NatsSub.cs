using System.Globalization;
using System.Threading.Channels;
using WsFanout.Nats.Protocol;

namespace WsFanout.Nats;

/// <summary>
/// One subscription. Ends with the connection it was made on. <see cref="Msgs"/> then completes: without error when disposed, with
/// <see cref="NatsNotConnectedException"/> when the connection ended, with <see cref="NatsSlowConsumerException"/> when more arrived than there
/// was room for, with <see cref="NatsPermissionException"/> when the server refused it. Messages queued before that can still be read.
/// </summary>
/// <remarks>Thread safety: one reader; <see cref="Dispose"/> from anywhere. Each message read is the reader's to dispose.</remarks>
public sealed class NatsSub : IDisposable
{
    private readonly NatsSession _session;
    private readonly int _capacity;

    // Full means the subscription has failed, so writing never waits and nothing is dropped in silence.
    private readonly Channel<NatsMsg> _queue;

    internal NatsSub(NatsSession session, string subject, long sid, int capacity)
    {
        _session = session;
        _capacity = capacity;
        _queue = Channel.CreateBounded<NatsMsg>(new BoundedChannelOptions(capacity) { SingleWriter = true, FullMode = BoundedChannelFullMode.Wait });
        Subject = subject;
        Sid = sid;
    }

    public string Subject { get; }

    public ChannelReader<NatsMsg> Msgs => _queue.Reader;

    internal long Sid { get; }

    /// <summary>Tells the server to stop sending, completes <see cref="Msgs"/> and gives back what was not read.</summary>
    public void Dispose()
    {
        _session.Unsubscribe(this);
        End(null);
        while (_queue.Reader.TryRead(out var unread))
        {
            unread.Dispose();
        }
    }

    /// <summary>Read loop only. Never blocks.</summary>
    internal void Deliver(in Frame frame)
    {
        var message = new NatsMsg(frame);
        if (_queue.Writer.TryWrite(message))
        {
            return;
        }

        message.Dispose();
        _session.Unsubscribe(this);
        End(new NatsSlowConsumerException(
            string.Create(CultureInfo.InvariantCulture, $"More than {_capacity} messages waited on '{Subject}'; the rest is lost.")));
    }

    internal void End(NatsException? reason) => _queue.Writer.TryComplete(reason);
}
