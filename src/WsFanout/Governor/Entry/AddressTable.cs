namespace WsFanout.Governor.Entry;

/// <summary>
/// A token bucket for each address that came of late, in a table that never grows. An address of which nothing is known has a full bucket,
/// so one whose bucket is full again can be forgotten without changing anything. When none of a set is, the one nearest to full is forgotten.
/// </summary>
/// <remarks>Any thread.</remarks>
internal sealed class AddressTable(double perSecond, double burst, TimeProvider time)
{
    /// <summary>Addresses that are remembered at most.</summary>
    public const int MostAddresses = 16_384;

    /// <summary>An address has one of so many places, chosen by its hash.</summary>
    private const int SetSize = 8;

    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly Entry[] _entries = new Entry[MostAddresses];

    /// <summary>Takes a token of one address.</summary>
    /// <param name="crowdSeconds">If there is none: how long this rate takes for all of the address that were refused of late.</param>
    public bool TryTake(AddressKey address, out double crowdSeconds)
    {
        crowdSeconds = 0;
        lock (_gate)
        {
            var now = time.GetTimestamp();
            ref var entry = ref FindOrReplaceLocked(address, now);
            entry.Tokens = TokensAt(entry, now);
            entry.FilledAt = now;
            if (entry.Tokens < 1)
            {
                crowdSeconds = entry.Crowd.Join(now, time) / perSecond;
                return false;
            }

            entry.Tokens--;
            return true;
        }
    }

    /// <summary>Undoes a take that led to nothing.</summary>
    public void GiveBack(AddressKey address)
    {
        lock (_gate)
        {
            foreach (ref var entry in SetOf(address))
            {
                if (entry.IsUsed && entry.Address == address) entry.Tokens = Math.Min(burst, entry.Tokens + 1);
            }
        }
    }

    private ref Entry FindOrReplaceLocked(AddressKey address, long now)
    {
        var set = SetOf(address);
        var fullest = 0;
        var most = -1.0;
        for (var i = 0; i < set.Length; i++)
        {
            if (set[i].IsUsed && set[i].Address == address) return ref set[i];
            var tokens = set[i].IsUsed ? TokensAt(set[i], now) : double.PositiveInfinity;
            if (tokens <= most) continue;
            fullest = i;
            most = tokens;
        }

        set[fullest] = new Entry { IsUsed = true, Address = address, Tokens = burst, FilledAt = now };
        return ref set[fullest];
    }

    private Span<Entry> SetOf(AddressKey address)
    {
        var set = (uint)address.KeyedHash() % (MostAddresses / SetSize);
        return _entries.AsSpan((int)set * SetSize, SetSize);
    }

    private double TokensAt(in Entry entry, long now) =>
        Math.Min(burst, entry.Tokens + (time.GetElapsedTime(entry.FilledAt, now).TotalSeconds * perSecond));

    private struct Entry
    {
        public bool IsUsed;
        public AddressKey Address;
        public double Tokens;
        public long FilledAt;
        public RefusedCrowd Crowd;
    }
}
