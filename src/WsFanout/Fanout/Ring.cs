using WsFanout.Messages;

namespace WsFanout.Fanout;

/// <summary>
/// The one ring between the intake, which alone writes, and the workers, which each read all of it with a cursor of their own.
/// Bounded by messages and by bytes; full, the writer is told so and waits.
/// </summary>
/// <remarks>
/// Thread safety: one writer; one reader a cursor. An entry is published by the head and given back by the slowest cursor; the writer then
/// lets go of it, so that the ring never keeps a consumed frame alive for long.
/// </remarks>
internal sealed class Ring
{
    private readonly StreamEntry?[] _entries;
    private readonly int _mask;
    private readonly int _capacity;
    private readonly long _maxBytes;
    private readonly Cursor[] _cursors;
    private readonly WriterSignal _room = new();

    // The writer; readers read the head.
    private long _head;
    private long _tail;
    private long _bytes;

    // Set by who starts the workers, before anything is written: wakes them.
    private Action[] _bells = [];

    public Ring(FanoutOptions options, int readers)
    {
        _capacity = options.RingMessages;
        _maxBytes = options.RingBytes;
        var slots = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)_capacity);
        _entries = new StreamEntry?[slots];
        _mask = slots - 1;
        _cursors = [.. Enumerable.Range(0, readers).Select(_ => new Cursor())];
    }

    /// <summary>Position behind the newest entry. Any thread.</summary>
    public long Head => Volatile.Read(ref _head);

    /// <summary>Entries that the slowest worker has not read. Any thread.</summary>
    public long Depth => Math.Max(0, Head - SlowestCursor());

    public int Capacity => _capacity;

    /// <summary>When the oldest message that some worker has not read arrived, or 0. Ticks of the monotonic clock; any thread.</summary>
    /// <remarks>The writer may have let go of it meanwhile: then it has been read.</remarks>
    public long OldestArrivedAt =>
        SlowestCursor() is var slowest && slowest < Head && Volatile.Read(ref _entries[slowest & _mask]) is Message message ? message.ArrivedAt : 0;

    /// <summary>The entry at a position between the reader's cursor and the head.</summary>
    public StreamEntry this[long position] => _entries[position & _mask]!;

    /// <param name="bells">One a reader; must cost next to nothing when the reader is awake.</param>
    public void SetBells(Action[] bells) => _bells = bells;

    /// <summary>Room left. Writer only.</summary>
    /// <returns>Messages and bytes; an empty ring has room for one entry of any size, whatever the bytes say.</returns>
    public (long Messages, long Bytes) Room()
    {
        Trim();
        return (_capacity - (_head - _tail), _maxBytes - _bytes);
    }

    /// <summary>Publishes an entry to all workers. Writer only.</summary>
    /// <returns>False when it does not fit now.</returns>
    public bool TryAdd(StreamEntry entry)
    {
        var (messages, bytes) = Room();
        if (messages <= 0 || (bytes < entry.Length && _head != _tail)) return false;

        _entries[_head & _mask] = entry;
        _bytes += entry.Length;
        Volatile.Write(ref _head, _head + 1);
        foreach (var ring in _bells) ring();
        return true;
    }

    /// <summary>Publishes an entry, waiting for room as long as it takes. Writer only.</summary>
    public async ValueTask AddAsync(StreamEntry entry, CancellationToken cancellationToken)
    {
        while (!TryAdd(entry))
        {
            var room = WhenRoomChanges(cancellationToken);
            if (TryAdd(entry)) return;
            await room;
        }
    }

    /// <summary>Ends when a worker has moved since the call. Writer only; one wait at a time.</summary>
    public Task WhenRoomChanges(CancellationToken cancellationToken) => _room.WaitAsync(cancellationToken);

    /// <summary>A worker has read everything below <paramref name="position"/>. That worker only.</summary>
    public void Advance(int reader, long position)
    {
        Volatile.Write(ref _cursors[reader].Position, position);
        _room.Set();
    }

    private void Trim()
    {
        for (var slowest = SlowestCursor(); _tail < slowest; _tail++)
        {
            ref var entry = ref _entries[_tail & _mask];
            _bytes -= entry!.Length;
            entry = null;
        }
    }

    private long SlowestCursor()
    {
        var slowest = long.MaxValue;
        foreach (var cursor in _cursors) slowest = Math.Min(slowest, Volatile.Read(ref cursor.Position));
        return slowest;
    }

    /// <summary>One reader's place, on a cache line of its own.</summary>
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Explicit, Size = 128)]
    private sealed class Cursor
    {
        [System.Runtime.InteropServices.FieldOffset(64)]
        public long Position;
    }
}
