using WsFanout.Messages;

namespace WsFanout.History;

/// <summary>A piece of the log: slots for messages, filled from the first to the last. A slot outlives its message, so that a reader learns what has left.</summary>
/// <remarks>Thread safety: the intake fills and empties slots; readers see those below <see cref="Count"/>. A reader may go on with a piece that the log has let go of.</remarks>
/// <param name="after">Sequence number of the last message before this piece.</param>
internal sealed class LogPiece(long after)
{
    public const int Slots = 256;

    private readonly Message?[] _messages = new Message?[Slots];
    private readonly HeldChannel[] _channels = new HeldChannel[Slots];
    private readonly long[] _sequences = new long[Slots];
    private int _count;
    private LogPiece? _next;

    /// <summary>Everything in this piece lies above.</summary>
    public long After { get; } = after;

    /// <summary>Slots filled. Any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The piece behind this one; null while there is none. Any thread.</summary>
    public LogPiece? Next
    {
        get => Volatile.Read(ref _next);
        set => Volatile.Write(ref _next, value);
    }

    /// <summary>Slots that still hold a message. The intake only.</summary>
    public int Held { get; private set; }

    /// <summary>The message of a slot below <see cref="Count"/>; null when it has left the log. Any thread.</summary>
    public Message? this[int slot] => Volatile.Read(ref _messages[slot]);

    public HeldChannel ChannelOf(int slot) => _channels[slot];

    public long SequenceOf(int slot) => _sequences[slot];

    /// <summary>First slot whose message lies above a sequence number; <see cref="Count"/> when there is none. Any thread.</summary>
    public int FirstAbove(long sequence)
    {
        var found = Array.BinarySearch(_sequences, 0, Count, sequence);
        return found < 0 ? ~found : found + 1;
    }

    /// <summary>Fills the next slot. The intake only, while there is one.</summary>
    /// <returns>The slot.</returns>
    public int Add(HeldChannel channel, Message message)
    {
        var slot = _count;
        _messages[slot] = message;
        _channels[slot] = channel;
        _sequences[slot] = message.Sequence;
        Held++;
        Volatile.Write(ref _count, slot + 1);
        return slot;
    }

    /// <summary>The message of a slot leaves. The intake only.</summary>
    public void Empty(int slot)
    {
        Volatile.Write(ref _messages[slot], null);
        Held--;
    }
}
