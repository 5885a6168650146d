namespace WsFanout.Hosting;

/// <summary>
/// Gives garbage back to the system: when memory is short, so that what is judged is what is needed; and once a crowd has come in, because what
/// its handshakes left behind would stay for as long as the server allocates next to nothing. Takes a twentieth of the time at most.
/// </summary>
/// <remarks>One thread.</remarks>
/// <param name="collect">Collects and compacts everything.</param>
internal sealed class GarbageDuty(TimeProvider time, Action? collect = null)
{
    /// <summary>A large heap takes seconds to be gone through, in which nobody is served.</summary>
    private const int RestFactor = 20;

    /// <summary>Clients that make a crowd.</summary>
    private const long Crowd = 500;

    /// <summary>A crowd is in when so small a part of it came in <see cref="Quiet"/>.</summary>
    private const int StragglersOneIn = 100;

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    private readonly Action _collect = collect ?? CollectAll;

    private long _endedAt;
    private TimeSpan _took;
    private long _joinedBefore;
    private long _joinedAtLook;
    private long _lookedAt;

    /// <summary>Collects, unless it has been done of late.</summary>
    public bool Collect()
    {
        var startedAt = time.GetTimestamp();
        if (_took > TimeSpan.Zero && time.GetElapsedTime(_endedAt, startedAt) < _took * RestFactor) return false;

        _collect();
        _endedAt = time.GetTimestamp();
        _took = time.GetElapsedTime(startedAt, _endedAt);
        return true;
    }

    /// <summary>Collects once after each crowd.</summary>
    /// <param name="joined">Clients that have come, ever.</param>
    public void AfterCrowd(long joined)
    {
        var now = time.GetTimestamp();
        if (time.GetElapsedTime(_lookedAt, now) < Quiet) return;

        var stragglers = joined - _joinedAtLook;
        _joinedAtLook = joined;
        _lookedAt = now;
        var crowd = joined - _joinedBefore;
        if (crowd >= Crowd && stragglers <= crowd / StragglersOneIn && Collect()) _joinedBefore = joined;
    }

    private static void CollectAll() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
}
