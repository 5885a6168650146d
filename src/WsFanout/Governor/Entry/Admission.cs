namespace WsFanout.Governor.Entry;

/// <summary>Decides whether a client is let in, and keeps count of the places.</summary>
/// <remarks>Any thread.</remarks>
internal sealed class Admission(LoadGovernor governor, ConnectionSlots slots)
{
    /// <summary>Refused clients come back spread over this long.</summary>
    private const int MaxRetrySeconds = 10;

    /// <param name="refusal">Why not, when the result is null.</param>
    /// <returns>The place, to be given back once.</returns>
    public SlotLease? TryEnter(out Refusal? refusal)
    {
        refusal = governor.Refusal;
        if (refusal is not null) return null;

        // The place is taken last, so that nothing between it and the client's end can refuse and forget it.
        var lease = slots.TryTake();
        if (lease is null) refusal = Refusal.MaxConnections;
        return lease;
    }

    /// <summary>When a refused client should come back: anywhere in a time that grows with the crowd. Seconds.</summary>
    public static int RetryAfterSeconds() => Random.Shared.Next(1, MaxRetrySeconds + 1);
}
