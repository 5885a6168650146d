namespace WsFanout.Governor.Entry;

/// <summary>Places for clients: exactly as many as the limit, whatever races for the last one.</summary>
/// <remarks>Any thread.</remarks>
internal sealed class ConnectionSlots
{
    // By Interlocked.
    private int _taken;

    public ConnectionSlots(int max)
    {
        Max = max;
        GivesBack = GiveBack;
    }

    public int Max { get; }

    /// <summary>Gives one place back, as <see cref="GiveBack"/>: one object for all, for those who hold places by the thousand.</summary>
    public Action GivesBack { get; }

    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Takes a place.</summary>
    /// <param name="atMost">As if there were no more places than this.</param>
    /// <returns>The lease that gives it back; null when all are taken.</returns>
    public SlotLease? TryTake(int atMost = int.MaxValue) => TryTakeBare(atMost) ? new SlotLease(this) : null;

    /// <summary>Takes a place that <see cref="GiveBack"/> must be called for once.</summary>
    public bool TryTakeBare(int atMost = int.MaxValue)
    {
        var places = Math.Min(Max, atMost);

        // Compared before it is counted up: a counter that overshoots for a moment would refuse somebody while a place is free.
        var taken = Volatile.Read(ref _taken);
        while (taken < places)
        {
            var seen = Interlocked.CompareExchange(ref _taken, taken + 1, taken);
            if (seen == taken) return true;
            taken = seen;
        }

        return false;
    }

    /// <summary>Called once for each place that was taken.</summary>
    public void GiveBack() => Interlocked.Decrement(ref _taken);
}
