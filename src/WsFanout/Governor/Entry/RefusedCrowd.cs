namespace WsFanout.Governor.Entry;

/// <summary>How many were refused of late, and so may be on their way back: each counts half after ten seconds.</summary>
/// <remarks>Guarded by its owner's gate. Zeroed memory is an empty crowd.</remarks>
internal struct RefusedCrowd
{
    private const double HalfLifeSeconds = 10;

    private double _count;
    private long _countedAt;

    /// <summary>Counts one more.</summary>
    /// <returns>How many they are now.</returns>
    public double Join(long now, TimeProvider time)
    {
        _count = (_count * Math.Pow(0.5, time.GetElapsedTime(_countedAt, now).TotalSeconds / HalfLifeSeconds)) + 1;
        _countedAt = now;
        return _count;
    }
}
