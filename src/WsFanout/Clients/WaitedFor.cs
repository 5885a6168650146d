namespace WsFanout.Clients;

/// <summary>How long everybody has waited for one client whose queue is full, since that was last empty: who never catches up is waited for only once.</summary>
/// <remarks>The owning worker only. A part of the queue.</remarks>
internal struct WaitedFor
{
    private long _ticks;

    // 0: nobody waits now.
    private long _since;

    /// <summary>Whether everybody is waiting for it now.</summary>
    public readonly bool IsOn => _since != 0;

    /// <summary>Up to a moment. Ticks.</summary>
    public readonly long Until(long now) => IsOn ? _ticks + now - _since : _ticks;

    /// <summary>Everybody waits, or goes on waiting.</summary>
    /// <param name="now">Ticks.</param>
    public void GoOn(long now)
    {
        if (!IsOn) _since = now;
    }

    /// <summary>Nobody waits any more.</summary>
    /// <param name="now">Ticks.</param>
    public void End(long now)
    {
        _ticks = Until(now);
        _since = 0;
    }
}
