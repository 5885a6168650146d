using System.Net;

namespace WsFanout.Governor.Entry;

/// <summary>How fast newcomers are let in, and how much turning them away may cost.</summary>
internal sealed record EntryOptions
{
    /// <summary>New clients a second, all together; infinite is unlimited. Beyond, after the burst: 429 <c>rate_limited</c>.</summary>
    public double PerSecond { get; init; } = double.PositiveInfinity;

    /// <summary>New clients that may come at once. Half of it is kept for those that resume.</summary>
    public int Burst { get; init; } = 10;

    /// <summary>New clients a second of one address; 0 is unlimited.</summary>
    public double PerSecondOfAddress { get; init; }

    /// <summary>New clients of one address that may come at once.</summary>
    public int BurstOfAddress { get; init; } = 10;

    /// <summary>Peers whose <c>X-Forwarded-For</c> is believed.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>New clients a second that the CPU affords. By it who is refused is spread where <see cref="PerSecond"/> is unlimited.</summary>
    public double AffordablePerSecond { get; init; } = 1000;

    /// <summary>Refusals a second that the CPU affords; beyond, the listener for clients stops accepting for a while.</summary>
    public double RefusalsPerSecond { get; init; } = 1000;

    /// <summary>Clients at which the units of concurrency are used up. The next one is refused with 503 <c>tasks</c>.</summary>
    public int MostClientsByTasks { get; init; } = int.MaxValue;
}
