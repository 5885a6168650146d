namespace WsFanout.Clients;

/// <summary>
/// Everyone who is to be looked at some time, by when: putting in, moving and taking out cost the same however many there are, and time that
/// passes costs nothing for those who are not due.
/// </summary>
/// <remarks>One thread. Times are as exact as a tick of the wheel and never early; what lies further ahead than the wheel turns is looked at once a turn.</remarks>
/// <param name="tick">Time that one slot stands for. Ticks of the monotonic clock.</param>
internal sealed class TimingWheel<T>(int slots, long tick, long now)
    where T : class, ITimed
{
    /// <summary>Places that an empty slot keeps.</summary>
    private const int MostKept = 256;

    private readonly List<T>[] _slots = [.. Enumerable.Range(0, slots).Select(_ => new List<T>())];

    // The slot that is due next covers the time up to this.
    private long _turnedTo = now;
    private int _next;

    /// <summary>When the next slot is due. Ticks.</summary>
    public long NextAt => _turnedTo + tick;

    /// <summary>Has somebody looked at when <paramref name="at"/> has passed, and no more at any time that was said before.</summary>
    /// <param name="at">Ticks. Not in the past, or who is taken out would be put back without end.</param>
    public void Schedule(T one, long at)
    {
        Remove(one);
        var ahead = Math.Clamp((at - _turnedTo + tick - 1) / tick, 1, slots);
        var slot = (int)((_next + ahead - 1) % slots);
        one.WheelPlace = new WheelPlace(slot + 1, _slots[slot].Count);
        _slots[slot].Add(one);
    }

    public void Remove(T one)
    {
        var place = one.WheelPlace;
        if (place.Slot == 0) return;
        var slot = _slots[place.Slot - 1];
        var last = slot[^1];
        slot[place.Index] = last;
        last.WheelPlace = place;
        slot.RemoveAt(slot.Count - 1);
        one.WheelPlace = default;
    }

    /// <summary>Takes somebody out who is due.</summary>
    /// <returns>Null when nobody is due at this time.</returns>
    public T? TakeDue(long now)
    {
        while (now >= NextAt)
        {
            var slot = _slots[_next];
            if (slot.Count > 0)
            {
                var one = slot[^1];
                Remove(one);
                return one;
            }

            // After a crowd has gone, its slots must not keep its memory.
            if (slot.Capacity > MostKept) slot.Capacity = 0;
            _next = (_next + 1) % slots;
            _turnedTo += tick;
        }

        return null;
    }
}
