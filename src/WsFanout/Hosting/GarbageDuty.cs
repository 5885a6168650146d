namespace WsFanout.Hosting;

/// <summary>Gives garbage back to the system when memory is short, so that what is judged is what is needed. Takes a twentieth of the time at most.</summary>
/// <remarks>One thread.</remarks>
internal sealed class GarbageDuty(TimeProvider time)
{
    /// <summary>A large heap takes seconds to be gone through, in which nobody is served.</summary>
    private const int RestFactor = 20;

    private long _endedAt;
    private TimeSpan _took;

    public void Collect()
    {
        var startedAt = time.GetTimestamp();
        if (_took > TimeSpan.Zero && time.GetElapsedTime(_endedAt, startedAt) < _took * RestFactor) return;

        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _endedAt = time.GetTimestamp();
        _took = time.GetElapsedTime(startedAt, _endedAt);
    }
}
