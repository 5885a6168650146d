namespace WsFanout.Governor;

/// <summary>
/// Keeps the governor from flapping: a load that comes and goes within seconds changes the state at most <see cref="MostChanges"/> times in any
/// minute. Going up is never delayed; going down waits for a calm that is no trough of a wave, or, once a state has lasted, uses a trough
/// when that leaves room for the way back.
/// </summary>
/// <remarks>One thread.</remarks>
internal sealed class ChangePace(TimeProvider time)
{
    /// <summary>Changes of state in a minute.</summary>
    public const int MostChanges = 4;

    /// <summary>A calm as long as this ends a state, as far as the number of changes allows.</summary>
    private static readonly TimeSpan Calmed = TimeSpan.FromSeconds(5);

    /// <summary>As long as this it is the end of the overload: it ends a state whatever came before.</summary>
    private static readonly TimeSpan LongCalm = TimeSpan.FromSeconds(10);

    /// <summary>Enough of a calm for a state that has lasted for <see cref="LongStay"/>: clients get something at least in the troughs.</summary>
    private static readonly TimeSpan ShortCalm = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongStay = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    // The last changes, oldest first, as many as count.
    private readonly Queue<long> _changes = new();
    private long _changedAt;
    private long? _calmSince;

    /// <summary>The load no longer asks for the present state, as of now.</summary>
    public void Calm() => _calmSince ??= time.GetTimestamp();

    /// <summary>The load asks for the present state.</summary>
    public void NotCalm() => _calmSince = null;

    /// <summary>The state has changed.</summary>
    public void Changed()
    {
        _changedAt = time.GetTimestamp();
        _calmSince = null;
        if (_changes.Count == MostChanges) _changes.Dequeue();
        _changes.Enqueue(_changedAt);
    }

    /// <summary>Whether the present state may be left for a lower one.</summary>
    public bool MayGoDown()
    {
        var now = time.GetTimestamp();
        var calmFor = _calmSince is { } since ? time.GetElapsedTime(since, now) : TimeSpan.Zero;
        if (calmFor >= LongCalm) return true;
        if (calmFor < (time.GetElapsedTime(_changedAt, now) < LongStay ? Calmed : ShortCalm)) return false;

        // Room for this change and for the way back.
        while (_changes.TryPeek(out var first) && time.GetElapsedTime(first, now) >= Window) _changes.Dequeue();
        return _changes.Count <= MostChanges - 2;
    }
}
