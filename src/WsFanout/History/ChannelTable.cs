using System.Collections.Concurrent;
using System.Text;

namespace WsFanout.History;

/// <summary>The channels that are remembered, by name, bounded: when full, the one longest without a message is forgotten.</summary>
/// <remarks>Thread safety: one writer, the intake; <see cref="Find"/>, <see cref="All"/>, <see cref="Count"/> and <see cref="ForgottenFloor"/> from any thread.</remarks>
internal sealed class ChannelTable
{
    private readonly int _capacity;

    // For readers on other threads, by name; written by the intake.
    private readonly ConcurrentDictionary<string, HeldChannel> _byName = new();
    private long _forgottenFloor;

    // The intake only: the same channels by the bytes that stand in a subject, and in the order of silence.
    private readonly Dictionary<byte[], HeldChannel> _byBytes;
    private readonly Dictionary<byte[], HeldChannel>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private HeldChannel? _mostSilent;
    private HeldChannel? _leastSilent;

    public ChannelTable(int capacity)
    {
        _capacity = capacity;
        _byBytes = new Dictionary<byte[], HeldChannel>(Utf8NameComparer.Instance);
        _lookup = _byBytes.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public int Count => _byName.Count;

    /// <summary>Highest last sequence number among the forgotten channels; 0 when none has been.</summary>
    public long ForgottenFloor => Volatile.Read(ref _forgottenFloor);

    /// <summary>All channels, in no order; those that come or go meanwhile may be missing. Any thread.</summary>
    /// <remarks>Not by the dictionary's own list of values, which locks all of it and copies.</remarks>
    public IEnumerable<HeldChannel> All
    {
        get
        {
            foreach (var (_, channel) in _byName) yield return channel;
        }
    }

    public HeldChannel? Find(string name) => _byName.GetValueOrDefault(name);

    public HeldChannel? Known(ReadOnlySpan<byte> utf8Name) => _lookup.TryGetValue(utf8Name, out var channel) ? channel : null;

    /// <param name="forgotten">The channel that had to go for a new one; its messages are still linked to it.</param>
    public HeldChannel FindOrAdd(ReadOnlySpan<byte> utf8Name, out HeldChannel? forgotten)
    {
        forgotten = null;
        if (_lookup.TryGetValue(utf8Name, out var channel)) return channel;

        if (_byBytes.Count >= _capacity) forgotten = ForgetMostSilent();

        // It may be one of those that were forgotten: what it had up to there is not known any more.
        channel = new HeldChannel(Encoding.UTF8.GetString(utf8Name)) { EvictedSequence = _forgottenFloor };
        _byBytes.Add(channel.Utf8Name, channel);
        _byName[channel.Name] = channel;
        Append(channel);
        return channel;
    }

    /// <summary>Moves a channel to the end of the order of silence.</summary>
    public void Spoke(HeldChannel channel)
    {
        if (channel == _leastSilent) return;
        Unlink(channel);
        Append(channel);
    }

    private HeldChannel? ForgetMostSilent()
    {
        if (_mostSilent is not { } channel) return null;

        // The floor first: a reader that no longer finds the channel must already see it.
        if (channel.LastSequence > _forgottenFloor) Volatile.Write(ref _forgottenFloor, channel.LastSequence);
        Unlink(channel);
        _byBytes.Remove(channel.Utf8Name);
        _byName.TryRemove(channel.Name, out _);
        return channel;
    }

    private void Append(HeldChannel channel)
    {
        channel.MoreSilent = _leastSilent;
        if (_leastSilent is null) _mostSilent = channel;
        else _leastSilent.LessSilent = channel;
        _leastSilent = channel;
    }

    private void Unlink(HeldChannel channel)
    {
        if (channel.MoreSilent is { } more) more.LessSilent = channel.LessSilent;
        else _mostSilent = channel.LessSilent;
        if (channel.LessSilent is { } less) less.MoreSilent = channel.MoreSilent;
        else _leastSilent = channel.MoreSilent;
        channel.MoreSilent = channel.LessSilent = null;
    }
}
