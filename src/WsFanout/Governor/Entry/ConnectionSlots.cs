namespace WsFanout.Governor.Entry;

/// <summary>Places for clients: exactly as many as the limit, whatever races for the last one.</summary>
/// <remarks>Any thread.</remarks>
internal sealed class ConnectionSlots(int max)
{
    // By Interlocked.
    private int _taken;

    public int Max => max;

    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Takes a place.</summary>
    /// <param name="atMost">As if there were no more places than this.</param>
    /// <returns>The lease that gives it back; null when all are taken.</returns>
    public SlotLease? TryTake(int atMost = int.MaxValue)
    {
        var places = Math.Min(max, atMost);

        // Compared before it is counted up: a counter that overshoots for a moment would refuse somebody while a place is free.
        var taken = Volatile.Read(ref _taken);
        while (taken < places)
        {
            var seen = Interlocked.CompareExchange(ref _taken, taken + 1, taken);
            if (seen == taken) return new SlotLease(this);
            taken = seen;
        }

        return null;
    }

    /// <summary>Called once by each lease.</summary>
    public void GiveBack() => Interlocked.Decrement(ref _taken);
}
