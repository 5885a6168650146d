using WsFanout.Messages;

namespace WsFanout.History;

/// <summary>What is held of one stream, from where it is followed on. Another stream gets another window; who still reads the old one sees it empty itself.</summary>
/// <remarks>Thread safety: one writer, the intake; all that is public here from any thread.</remarks>
internal sealed class HistoryWindow
{
    /// <summary>A broker's clock may step back a little between two messages.</summary>
    private const long ClockMarginMs = 1000;

    /// <summary>Slots of the log that are looked at for the neighbours of a position.</summary>
    private const int NeighbourLooks = 2 * LogPiece.Slots;

    // Written by the intake, read by anyone.
    private long _floor;

    /// <param name="start">From where the stream is followed.</param>
    /// <param name="generation">One more than that of the window before.</param>
    public HistoryWindow(Position start, int generation, int maxChannels)
    {
        Generation = generation;
        _floor = start.Sequence;
        Table = new ChannelTable(maxChannels);
        Log = new StreamLog(start.Sequence);
    }

    /// <summary>Which of the streams that this process has followed it is of. Not its epoch: one that was rolled back keeps that.</summary>
    public int Generation { get; }

    /// <summary>Sequence number up to which the History vouches for nothing, on any channel.</summary>
    public long Floor => Volatile.Read(ref _floor);

    /// <summary>Highest last sequence number of the channels that were forgotten.</summary>
    public long ForgottenFloor => Table.ForgottenFloor;

    /// <summary>Holes of the stream above <see cref="Floor"/>, in order.</summary>
    public IReadOnlyList<Hole> Holes => HoleList.Snapshot;

    /// <summary>All channels that are remembered, in no order; those that come or go meanwhile may be missing.</summary>
    public IEnumerable<HeldChannel> Channels => Table.All;

    /// <summary>Messages within their age in stream order.</summary>
    public StreamLog Log { get; }

    // The intake's ways in.
    internal ChannelTable Table { get; }

    internal HoleList HoleList { get; } = new();

    /// <summary>The channel of that name as far as it is remembered.</summary>
    public HeldChannel? Find(string channel) => Table.Find(channel);

    /// <summary>
    /// Whether a position that a client brings speaks of another stream than this one: its number is held here, or its neighbours are, with
    /// a time that doesn't fit.
    /// </summary>
    /// <param name="since">The client's sequence number.</param>
    /// <param name="atMs">The time that came with it. Unix milliseconds.</param>
    public bool Contradicts(long since, long atMs)
    {
        Message? before = null;
        var walk = new LogWalk(Log.First, since - LogPiece.Slots);
        for (var looks = 0; looks < NeighbourLooks && walk.MoveNext(); looks++)
        {
            if (walk.Message is not { } message) continue;
            if (message.Sequence == since) return message.TimestampMs != atMs;
            if (message.Sequence > since) return atMs > message.TimestampMs + ClockMarginMs || before?.TimestampMs > atMs + ClockMarginMs;
            before = message;
        }

        return before?.TimestampMs > atMs + ClockMarginMs;
    }

    /// <summary>The floor rises, if it is below. The intake only.</summary>
    internal void RaiseFloor(long? sequence)
    {
        if (sequence > _floor) Volatile.Write(ref _floor, sequence.Value);
    }
}
