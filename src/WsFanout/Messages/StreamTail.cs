namespace WsFanout.Messages;

/// <summary>
/// How far the stream itself reaches, which may be further than this server has read. Sits between the intake, which looks at the stream, and
/// whoever has to judge a position that is above this server's own.
/// </summary>
/// <remarks>Thread safety: the intake's looks write, anyone reads and asks for a look.</remarks>
/// <param name="taken">The last message taken in; any thread.</param>
/// <param name="isWhole">Whether what was taken in is all there is, as with the built-in source: then no look is ever needed.</param>
internal sealed class StreamTail(Func<Position> taken, TimeProvider time, bool isWhole)
{
    private readonly Lock _gate = new();

    // Guarded by _gate when written; published as one reference.
    private volatile Sight? _sight;

    // Any thread sets it, the watch over the stream takes it.
    private int _isWanted;

    /// <summary>How far the stream reaches, as far as is known here. Any thread.</summary>
    public StreamEnd End
    {
        get
        {
            var position = taken();
            if (isWhole) return new StreamEnd(position.Epoch, position.Sequence, time.GetTimestamp());
            if (_sight is not { } sight) return new StreamEnd(position.Epoch, position.Sequence, 0);

            // A look finds another stream before the first message of it is taken in.
            var sequence = sight.Epoch == position.Epoch ? Math.Max(sight.Sequence, position.Sequence) : sight.Sequence;
            return new StreamEnd(sight.Epoch, sequence, sight.At);
        }
    }

    /// <summary>Asks for a look soon, at most one a second. Any thread; costs nothing.</summary>
    public void WantLook() => Volatile.Write(ref _isWanted, 1);

    /// <summary>Whether a look has been asked for since the last call. The watch over the stream only.</summary>
    public bool TakeWish() => Interlocked.Exchange(ref _isWanted, 0) != 0;

    /// <summary>Notes what a look found; one that began before the newest is left out.</summary>
    /// <param name="at">When the stream was asked. Ticks of the monotonic clock.</param>
    public void Saw(string epoch, long lastSequence, long at)
    {
        lock (_gate)
        {
            if (_sight is not { } newest || newest.At <= at) _sight = new Sight(epoch, lastSequence, at);
        }
    }

    private sealed record Sight(string Epoch, long Sequence, long At);
}
