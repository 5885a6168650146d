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

    // Of the log, emptied ones included: as many as there could be of the smallest messages, and a piece that is being filled.
    private readonly long _mostSlots;

    // The intake only. Past their age but newest of their channel: always older than anything in the log.
    private readonly KeptMessages _kept = new();
    private int _continuity = 1;

    // Written by the intake, read by anyone.
    private HistoryWindow _window;
    private long _bytes;

    public MessageHistory(HistoryOptions options, HistoryMetrics metrics)
    {
        _options = options;
        _mostSlots = (options.MaxBytes / OverheadPerMessage) + (2 * LogPiece.Slots);
        _window = new HistoryWindow(Position.None, 0, options.MaxChannels);
        metrics.Observe(() => Bytes, () => Window.Table.Count);
    }

    /// <summary>What is held of the stream that is followed now. Any thread.</summary>
    public HistoryWindow Window => Volatile.Read(ref _window);

    /// <summary>Bytes held: frames plus <see cref="OverheadPerMessage"/> each.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Sequence number up to which the History vouches for nothing, on any channel.</summary>
    public long Floor => Window.Floor;

    /// <summary>Holes of the stream above <see cref="Floor"/>, in order. Any thread.</summary>
    public IReadOnlyList<Hole> Holes => Window.Holes;

    /// <summary>Highest last sequence number of the channels that were forgotten. Any thread.</summary>
    public long ForgottenFloor => Window.ForgottenFloor;

    /// <summary>The channel of that name as far as it is remembered. Any thread.</summary>
    public HeldChannel? Find(string channel) => Window.Find(channel);

    /// <summary>The channel of that name if it is remembered. Intake only; makes no string.</summary>
    public HeldChannel? Known(ReadOnlySpan<byte> utf8Name) => _window.Table.Known(utf8Name);

    /// <summary>The channel of that name, remembered from now on. Intake only.</summary>
    /// <param name="utf8Name">A legal name; a new one is copied.</param>
    public HeldChannel Channel(ReadOnlySpan<byte> utf8Name)
    {
        var channel = _window.Table.FindOrAdd(utf8Name, out var forgotten);
        while (forgotten?.Oldest is { } message) Evict(forgotten, message);
        return channel;
    }

    /// <summary>Sequence number of the message before the next one on this channel; 0 when the server can't vouch for it. Intake only.</summary>
    public long PreviousOn(HeldChannel channel) => channel.Continuity == _continuity ? channel.LastSequence : 0;

    /// <summary>Remembers a message as the newest of its channel and of the stream. Intake only.</summary>
    public void Add(HeldChannel channel, Message message)
    {
        var before = channel.Newest;
        if (before is { KeptForLast: true })
        {
            // First, so that nobody sees the new one and takes the old for held.
            Evict(channel, before);
            before = null;
        }

        message.Older = before;
        if (before is null) channel.Oldest = message;
        else before.Newer = message;
        channel.Newest = message;
        channel.Count++;
        channel.LastSequence = message.Sequence;
        channel.Continuity = _continuity;
        _window.Table.Spoke(channel);
        _window.Log.Append(channel, message);
        Volatile.Write(ref _bytes, _bytes + message.Length + OverheadPerMessage);

        if (channel.Count > _options.MessagesPerChannel) Evict(channel, channel.Oldest!);
        EvictByAge(message.TimestampMs);
        while (_bytes > _options.MaxBytes && (_kept.First ?? _window.Log.Oldest) is { } oldest) Evict((HeldChannel)oldest.Channel, oldest);

        // Slots that were emptied take memory too, until all before them have left.
        while (_window.Log.SlotCount > _mostSlots && _window.Log.Oldest is { } first) Evict((HeldChannel)first.Channel, first);
    }

    /// <summary>
    /// Remembers a message from below <see cref="Floor"/> as the newest of its channel, so that `last` works: as one that is past its age. Nothing
    /// else is vouched for down there, so it is never replayed. Intake only, before anything else is added and in stream order.
    /// </summary>
    public void AddSilent(HeldChannel channel, Message message)
    {
        if (channel.Newest is { } before) Evict(channel, before);
        channel.Newest = channel.Oldest = message;
        channel.Count = 1;
        channel.LastSequence = message.Sequence;
        channel.Continuity = _continuity;
        _window.Table.Spoke(channel);
        Keep(message);
        Volatile.Write(ref _bytes, _bytes + message.Length + OverheadPerMessage);
        while (_bytes > _options.MaxBytes && _kept.First is { } oldest) Evict((HeldChannel)oldest.Channel, oldest);
    }

    /// <summary>Nothing seen before vouches for what comes after. Intake only.</summary>
    public void Doubt() => _continuity++;

    /// <summary>Remembers that the stream jumped: nothing seen before vouches for what comes after. Intake only.</summary>
    public void Add(Hole hole)
    {
        Doubt();
        _window.RaiseFloor(_window.HoleList.Add(hole));
    }

    /// <summary>Forgets everything: the stream is another one. Intake only.</summary>
    /// <param name="start">From where the new stream is followed.</param>
    public void Clear(Position start)
    {
        Doubt();

        // One by one, so that their links are cut: a slow client may hold a message of the old stream for long.
        while ((_kept.First ?? _window.Log.Oldest) is { } oldest) Evict((HeldChannel)oldest.Channel, oldest);
        Volatile.Write(ref _window, new HistoryWindow(start, _window.Generation + 1, _options.MaxChannels));
    }

    /// <summary>Lets go of what is older than the window, but for the newest of each channel. Intake only.</summary>
    /// <param name="streamTimeMs">Now, by the stream's clock. Unix milliseconds.</param>
    public void EvictByAge(long streamTimeMs)
    {
        var limit = streamTimeMs - (long)_options.MaxAge.TotalMilliseconds;
        while (_window.Log.Oldest is { } message && message.TimestampMs < limit)
        {
            var channel = (HeldChannel)message.Channel;
            if (message != channel.Newest)
            {
                Evict(channel, message);
                continue;
            }

            _window.Log.Remove(message);
            Keep(message);
        }

        _window.RaiseFloor(_window.HoleList.DropOlderThan(limit));
    }

    private void Keep(Message message)
    {
        _kept.Append(message);
        message.KeptForLast = true;
    }

    private void Evict(HeldChannel channel, Message message)
    {
        channel.EvictedSequence = message.Sequence;
        if (message.KeptForLast) _kept.Remove(message);
        else _window.Log.Remove(message);
        var next = message.Newer;

        // Both links: a slow client may hold this message for long, and must not hold its neighbours with it.
        message.Newer = null;
        if (next is null) channel.Newest = null;
        else next.Older = null;
        channel.Oldest = next;
        channel.Count--;
        Volatile.Write(ref _bytes, _bytes - message.Length - OverheadPerMessage);
    }
}
