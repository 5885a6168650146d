namespace WsFanout.Governor.Meters;

/// <summary>
/// Whether this server makes its clients wait: most of what left to sockets that took it at once was late, or a worker has not read what
/// arrived long ago. What a slow client waits for is its own affair and does not count.
/// </summary>
/// <remarks>One thread samples.</remarks>
/// <param name="punctuality">Deliveries in time and late so far.</param>
/// <param name="oldestUnreadAt">When the oldest message that a worker has not read arrived; 0 for none. Ticks.</param>
/// <param name="lateAfter">Zero: nothing is late.</param>
internal sealed class LatenessMeter(Func<(long OnTime, long Late)> punctuality, Func<long> oldestUnreadAt, TimeSpan lateAfter, TimeProvider time)
{
    private (long OnTime, long Late) _last;

    /// <returns>Whether it was late since the last sample.</returns>
    public bool Sample()
    {
        var before = _last;
        _last = punctuality();
        if (lateAfter == TimeSpan.Zero) return false;
        if (oldestUnreadAt() is var oldest and > 0 && time.GetElapsedTime(oldest) > lateAfter) return true;
        var late = _last.Late - before.Late;
        return late > 0 && late > _last.OnTime - before.OnTime;
    }
}
