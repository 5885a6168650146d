using WsFanout.Messages;
using WsFanout.Telemetry;

namespace WsFanout.History;

/// <summary>
/// The replay window that all clients share: the newest messages of each channel, bounded in number, age and bytes.
/// Sits beside the ring; the intake fills it before it deals a message.
/// </summary>
/// <remarks>
/// Thread safety: one writer, the intake. Readers take no lock: messages are immutable, a channel's list runs newest to oldest, its last
/// link is cut at eviction, and the collector keeps what a reader still walks.
/// </remarks>
internal sealed class MessageHistory
{
    /// <summary>What a held message costs beside its frame: two objects' headers, its links, its place in the lists. Bytes.</summary>
    public const int OverheadPerMessage = 128;

    private readonly HistoryOptions _options;
    private readonly ChannelTable _channels;
    private readonly HoleList _holes = new();

    // The intake only. Past their age but newest of their channel: _kept, always older than anything in _inAge.
    private readonly StreamOrder _inAge = new();
    private readonly StreamOrder _kept = new();
    private int _continuity = 1;

    // Written by the intake, read by anyone.
    private long _bytes;
    private long _floor;

    public MessageHistory(HistoryOptions options, HistoryMetrics metrics)
    {
        _options = options;
        _channels = new ChannelTable(options.MaxChannels);
        metrics.Observe(() => Bytes, () => _channels.Count);
    }

    /// <summary>Bytes held: frames plus <see cref="OverheadPerMessage"/> each.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Sequence number up to which the History vouches for nothing, on any channel.</summary>
    public long Floor => Volatile.Read(ref _floor);

    /// <summary>Holes of the stream above <see cref="Floor"/>, in order. Any thread.</summary>
    public IReadOnlyList<Hole> Holes => _holes.Snapshot;

    /// <summary>Highest last sequence number of the channels that were forgotten. Any thread.</summary>
    public long ForgottenFloor => _channels.ForgottenFloor;

    /// <summary>The channel of that name as far as it is remembered. Any thread.</summary>
    public HeldChannel? Find(string channel) => _channels.Find(channel);

    /// <summary>The channel of that name if it is remembered. Intake only; makes no string.</summary>
    public HeldChannel? Known(ReadOnlySpan<byte> utf8Name) => _channels.Known(utf8Name);

    /// <summary>The channel of that name, remembered from now on. Intake only.</summary>
    /// <param name="utf8Name">A legal name; a new one is copied.</param>
    public HeldChannel Channel(ReadOnlySpan<byte> utf8Name)
    {
        var channel = _channels.FindOrAdd(utf8Name, out var forgotten);
        while (forgotten?.Oldest is { } message) Evict(forgotten, message);
        return channel;
    }

    /// <summary>Sequence number of the message before the next one on this channel; 0 when the server can't vouch for it. Intake only.</summary>
    public long PreviousOn(HeldChannel channel) => channel.Continuity == _continuity ? channel.LastSequence : 0;

    /// <summary>Remembers a message as the newest of its channel and of the stream. Intake only.</summary>
    public void Add(HeldChannel channel, Message message)
    {
        var before = channel.Newest;
        message.Older = before;
        if (before is null) channel.Oldest = message;
        else before.Newer = message;
        channel.Newest = message;
        channel.Count++;
        channel.LastSequence = message.Sequence;
        channel.Continuity = _continuity;
        _channels.Spoke(channel);
        _inAge.Append(message);
        Volatile.Write(ref _bytes, _bytes + message.Length + OverheadPerMessage);

        if (before is { KeptForLast: true } || channel.Count > _options.MessagesPerChannel) Evict(channel, channel.Oldest!);
        EvictByAge(message.TimestampMs);
        while (_bytes > _options.MaxBytes && (_kept.First ?? _inAge.First) is { } oldest) Evict((HeldChannel)oldest.Channel, oldest);
    }

    /// <summary>Remembers that the stream jumped: nothing seen before vouches for what comes after. Intake only.</summary>
    public void Add(Hole hole)
    {
        _continuity++;
        RaiseFloor(_holes.Add(hole));
    }

    /// <summary>Forgets everything: the stream is another one. Intake only.</summary>
    /// <param name="start">Sequence number from which the new stream is followed.</param>
    public void Clear(long start)
    {
        _continuity++;

        // One by one, so that their links are cut: a slow client may hold a message of the old stream for long.
        while ((_kept.First ?? _inAge.First) is { } oldest) Evict((HeldChannel)oldest.Channel, oldest);
        _channels.Clear();
        _holes.Clear();
        Volatile.Write(ref _floor, start);
    }

    /// <summary>Lets go of what is older than the window, but for the newest of each channel. Intake only.</summary>
    /// <param name="streamTimeMs">Now, by the stream's clock. Unix milliseconds.</param>
    public void EvictByAge(long streamTimeMs)
    {
        var limit = streamTimeMs - (long)_options.MaxAge.TotalMilliseconds;
        while (_inAge.First is { } message && message.TimestampMs < limit)
        {
            var channel = (HeldChannel)message.Channel;
            if (message == channel.Newest) Keep(message);
            else Evict(channel, message);
        }

        RaiseFloor(_holes.DropOlderThan(limit));
    }

    private void Keep(Message message)
    {
        _inAge.Remove(message);
        _kept.Append(message);
        message.KeptForLast = true;
    }

    private void Evict(HeldChannel channel, Message message)
    {
        (message.KeptForLast ? _kept : _inAge).Remove(message);
        var next = message.Newer;

        // Both links: a slow client may hold this message for long, and must not hold its neighbours with it.
        message.Newer = null;
        if (next is null) channel.Newest = null;
        else next.Older = null;
        channel.Oldest = next;
        channel.Count--;
        channel.EvictedSequence = message.Sequence;
        Volatile.Write(ref _bytes, _bytes - message.Length - OverheadPerMessage);
    }

    private void RaiseFloor(long? sequence)
    {
        if (sequence > _floor) Volatile.Write(ref _floor, sequence.Value);
    }
}
