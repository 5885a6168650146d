using WsFanout.Messages;

namespace WsFanout.History;

/// <summary>What the History knows of one channel: its held messages, newest first, and where they begin.</summary>
/// <remarks>Changed by the intake only. Readers may use <see cref="Newest"/>, <see cref="LastSequence"/> and <see cref="EvictedSequence"/> at any time.</remarks>
internal sealed class HeldChannel(string name) : Channel(name)
{
    private Message? _newest;
    private long _evictedSequence;
    private long _lastSequence;

    /// <summary>Start of the list that <see cref="Message.Older"/> continues; null when nothing is held.</summary>
    public Message? Newest
    {
        get => Volatile.Read(ref _newest);
        set => Volatile.Write(ref _newest, value);
    }

    /// <summary>Sequence number of the newest message of this channel that is no longer held; 0 when none has left.</summary>
    /// <remarks>Risen before the message leaves: who looks for messages first and here behind that, misses none.</remarks>
    public long EvictedSequence
    {
        get => Volatile.Read(ref _evictedSequence);
        set => Volatile.Write(ref _evictedSequence, value);
    }

    /// <summary>Sequence number of the last message seen on this channel, held or not.</summary>
    public long LastSequence
    {
        get => Volatile.Read(ref _lastSequence);
        set => Volatile.Write(ref _lastSequence, value);
    }

    // The intake only: the far end of the list, and its length.
    public Message? Oldest { get; set; }

    public int Count { get; set; }


    /// <summary>The continuity in which <see cref="LastSequence"/> was seen; another one can't vouch for it. The intake only.</summary>
    public int Continuity { get; set; }

    // The intake only: neighbours in the order of silence.
    public HeldChannel? MoreSilent { get; set; }

    public HeldChannel? LessSilent { get; set; }

    /// <summary>The message of a sequence number, as long as it is held. Any thread.</summary>
    public Message? Find(long sequence) => NewestUpTo(sequence) is { } message && message.Sequence == sequence ? message : null;

    /// <summary>The newest held message at or below a sequence number; null when there is none. Any thread.</summary>
    public Message? NewestUpTo(long sequence)
    {
        var message = Newest;
        while (message is not null && message.Sequence > sequence) message = message.Older;
        return message;
    }
}
