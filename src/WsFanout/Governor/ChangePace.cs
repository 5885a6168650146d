namespace WsFanout.Governor;

/// <summary>
/// Keeps the governor from flapping: at most <see cref="MostChanges"/> changes of state in any minute of a load that comes and goes. Going up is
/// never delayed; going down waits, so that even a return at once stays within the number.
/// </summary>
/// <remarks>One thread.</remarks>
internal sealed class ChangePace(TimeProvider time)
{
    /// <summary>Changes of state in a minute.</summary>
    public const int MostChanges = 4;

    /// <summary>A calm as long as this is no trough of a wave: it ends a state whatever came before.</summary>
    private static readonly TimeSpan LongCalm = TimeSpan.FromSeconds(10);

    /// <summary>The load must have been low for as long before a state is left.</summary>
    private static readonly TimeSpan ShortCalm = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    /// <summary>Whoever comes back to a state so soon after leaving it left too early, and stays for <see cref="LongStay"/> this time.</summary>
    private static readonly TimeSpan QuickReturn = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan LongStay = TimeSpan.FromSeconds(20);

    // The last changes, oldest first, as many as count.
    private readonly Queue<long> _changes = new();
    private long _lastWentDownAt = long.MinValue;
    private long _wentUpAt;
    private long? _calmSince;
    private bool _cameBackQuickly;

    /// <summary>The load no longer asks for the present state, as of now.</summary>
    public void Calm() => _calmSince ??= time.GetTimestamp();

    /// <summary>The load asks for the present state.</summary>
    public void NotCalm() => _calmSince = null;

    public void WentUp()
    {
        var now = time.GetTimestamp();
        _cameBackQuickly = _lastWentDownAt != long.MinValue && time.GetElapsedTime(_lastWentDownAt, now) < QuickReturn;
        _wentUpAt = now;
        Changed(now);
    }

    public void WentDown()
    {
        _lastWentDownAt = time.GetTimestamp();
        Changed(_lastWentDownAt);
    }

    /// <summary>Whether the present state may be left for a lower one.</summary>
    public bool MayGoDown()
    {
        var now = time.GetTimestamp();
        var calmFor = _calmSince is { } since ? time.GetElapsedTime(since, now) : TimeSpan.Zero;
        if (calmFor < ShortCalm) return false;
        if (calmFor >= LongCalm) return true;

        // Room for this change and for the way back.
        while (_changes.TryPeek(out var first) && time.GetElapsedTime(first, now) >= Window) _changes.Dequeue();
        return _changes.Count <= MostChanges - 2 && (!_cameBackQuickly || time.GetElapsedTime(_wentUpAt, now) >= LongStay);
    }

    private void Changed(long now)
    {
        _calmSince = null;
        if (_changes.Count == MostChanges) _changes.Dequeue();
        _changes.Enqueue(now);
    }
}
