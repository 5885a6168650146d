namespace WsFanout.Fanout;

/// <summary>
/// When those who are sent away come back: each is given a moment of its own, spread evenly over as long as a successor needs to take them
/// all in. In the order of the calls, so that closes that are spread themselves only stretch it.
/// </summary>
/// <remarks>Any thread.</remarks>
internal sealed class ReturnSlots
{
    /// <summary>A few are spread over this too: what they cost at once is not only the handshake.</summary>
    public static readonly TimeSpan ShortestWindow = TimeSpan.FromSeconds(1);

    /// <summary>Nobody is sent away for longer, whatever a successor takes in.</summary>
    public static readonly TimeSpan LongestWindow = TimeSpan.FromMinutes(10);

    private readonly int _slots;

    // By Interlocked.
    private int _given;

    /// <param name="clients">That have to come back.</param>
    /// <param name="perSecond">New clients a second that a successor takes in.</param>
    public ReturnSlots(int clients, double perSecond)
    {
        _slots = Math.Max(1, clients);
        Window = TimeSpan.FromSeconds(Math.Clamp(clients / perSecond, ShortestWindow.TotalSeconds, LongestWindow.TotalSeconds));
    }

    public TimeSpan Window { get; }

    /// <summary>The next client's slot, at a random moment within it: several servers that drain at once must not keep step.</summary>
    /// <returns>Milliseconds from now.</returns>
    public int NextMs()
    {
        // Whoever joins a server that is being drained is one more than was counted.
        var slot = (uint)(Interlocked.Increment(ref _given) - 1) % (uint)_slots;
        return (int)(Window.TotalMilliseconds * (slot + Random.Shared.NextDouble()) / _slots);
    }
}
