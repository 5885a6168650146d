using WsFanout.Messages;

namespace WsFanout.History;

/// <summary>The stream's holes that lie within the History, so that they can be told again to who resumes across them.</summary>
/// <remarks>
/// One writer, the intake; readers take the immutable snapshot. Full: the oldest leaves and the History's floor rises above it. Holes are
/// never merged: a merged hole would cover messages that were delivered.
/// </remarks>
internal sealed class HoleList
{
    /// <summary>Most holes remembered. Each is some 150 bytes; a stream with more within one window is not resumable anyway.</summary>
    public const int Capacity = 1024;

    private Hole[] _holes = [];

    public IReadOnlyList<Hole> Snapshot => Volatile.Read(ref _holes);

    /// <returns>The sequence number up to which holes are no longer remembered, when one had to leave.</returns>
    public long? Add(Hole hole)
    {
        var full = _holes.Length >= Capacity;
        long? floor = full ? _holes[0].To : null;
        Volatile.Write(ref _holes, [.. full ? _holes[1..] : _holes, hole]);
        return floor;
    }

    /// <summary>Forgets the holes before a point of stream time.</summary>
    /// <returns>The sequence number up to which holes are no longer remembered, when any left.</returns>
    public long? DropOlderThan(long timestampMs)
    {
        if (_holes.Length == 0 || _holes[0].TimestampMs >= timestampMs) return null;

        var keep = Array.FindIndex(_holes, hole => hole.TimestampMs >= timestampMs);
        var floor = _holes[keep < 0 ? ^1 : keep - 1].To;
        Volatile.Write(ref _holes, keep < 0 ? [] : _holes[keep..]);
        return floor;
    }
}
