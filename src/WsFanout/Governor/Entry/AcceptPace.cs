namespace WsFanout.Governor.Entry;

/// <summary>
/// What refusing may cost. Beyond it the listener for clients accepts no more until the budget has recovered: the crowd waits in the kernel,
/// where it costs nothing. Each connection is charged when it is accepted, as if it would be refused: were it charged when it is, a whole
/// backlog would have been accepted before the first.
/// </summary>
/// <remarks>Any thread; one listener waits.</remarks>
/// <param name="refusalsPerSecond">The budget. A second's worth can be saved.</param>
internal sealed class AcceptPace(double refusalsPerSecond, TimeProvider time)
{
    /// <summary>A shorter wait is made this long: refusals one by one, with all that sleeps in between, cost nearly twice as much as in bunches.</summary>
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();

    // Guarded by _gate. Whatever is above the most that it may be counts as that.
    private double _left = double.PositiveInfinity;
    private long _filledAt = time.GetTimestamp();
    private TimeSpan _paused;
    private long? _pausedSince;

    /// <summary>Time that was not accepted, all in all, the present pause included.</summary>
    public TimeSpan Paused
    {
        get
        {
            lock (_gate) return _pausedSince is { } since ? _paused + time.GetElapsedTime(since) : _paused;
        }
    }

    /// <summary>A connection was accepted.</summary>
    public AcceptCharge Charge()
    {
        Spend();
        return new AcceptCharge(this);
    }

    /// <summary>Something was refused that had not been charged.</summary>
    public void Spend()
    {
        lock (_gate)
        {
            FillLocked();
            _left = Math.Max(-refusalsPerSecond, _left - 1);
        }
    }

    /// <summary>What was charged was no refusal.</summary>
    public void GiveBack()
    {
        lock (_gate)
        {
            FillLocked();
            _left = Math.Min(refusalsPerSecond, _left + 1);
        }
    }

    /// <summary>Time until there is something left to refuse with; a second at most, so that accepting never ends.</summary>
    public TimeSpan Recovery()
    {
        lock (_gate)
        {
            FillLocked();
            return _left >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_left / refusalsPerSecond);
        }
    }

    /// <summary>Waits for as long as <see cref="Recovery"/> says, and a moment at least if that says anything.</summary>
    /// <param name="stopping">Ends the wait early, without an exception.</param>
    public ValueTask WaitAsync(CancellationToken stopping)
    {
        var wait = Recovery();
        return wait == TimeSpan.Zero ? ValueTask.CompletedTask : new ValueTask(PauseAsync(wait > ShortestWait ? wait : ShortestWait, stopping));
    }

    private async Task PauseAsync(TimeSpan wait, CancellationToken stopping)
    {
        lock (_gate) _pausedSince = time.GetTimestamp();
        await Task.Delay(wait, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            _paused += time.GetElapsedTime(_pausedSince ?? time.GetTimestamp());
            _pausedSince = null;
        }
    }

    private void FillLocked()
    {
        var now = time.GetTimestamp();
        _left = Math.Min(refusalsPerSecond, _left + (time.GetElapsedTime(_filledAt, now).TotalSeconds * refusalsPerSecond));
        _filledAt = now;
    }
}
