namespace WsFanout.Messages;

/// <summary>One message of the stream as every subscriber gets it.</summary>
/// <remarks>
/// Immutable but for its places in the History, which only the intake changes; readers follow <see cref="Older"/> without a lock.
/// Never pooled: the collector keeps what a slow reader still holds.
/// </remarks>
internal sealed class Message : StreamEntry
{
    private Message? _older;
    private ReplayedMessage? _replayed;

    public Message(byte[] bytes, int headerLength, Channel channel, long sequence, long timestampMs, long arrivedAt)
        : base(bytes, headerLength, sequence, timestampMs)
    {
        Channel = channel;
        ArrivedAt = arrivedAt;
    }

    public Channel Channel { get; }

    /// <summary>When the intake had it in hand. Ticks of the process's monotonic clock.</summary>
    public long ArrivedAt { get; }

    /// <summary>The message before this one on its channel, as long as the History holds it.</summary>
    public Message? Older
    {
        get => Volatile.Read(ref _older);
        set => Volatile.Write(ref _older, value);
    }

    /// <summary>The same bytes for who missed them. Made once; two workers that make it at once make the same.</summary>
    public ReplayedMessage Replayed => _replayed ??= new ReplayedMessage(this);

    // The intake only, as owner of the History: the other direction, and the neighbours among those that are kept past their age.
    public Message? Newer { get; set; }

    public Message? NextKept { get; set; }

    public Message? PreviousKept { get; set; }

    /// <summary>Number of its slot in the History's log. The intake only.</summary>
    public long LogSlot { get; set; }

    /// <summary>Whether the message is past its age and stays only as the newest of its channel. The intake only.</summary>
    public bool KeptForLast { get; set; }
}
