using System.Net;
using Microsoft.Extensions.Primitives;

namespace WsFanout.Governor.Entry;

/// <summary>Decides whether a client is let in and when a refused one should come back, and keeps count of the places.</summary>
/// <remarks>Any thread.</remarks>
internal sealed class Admission
{
    /// <summary>Refused clients come back spread over at least this long, however few they are.</summary>
    private const double ShortestSpread = 2;

    /// <summary>And over no longer than this, however many.</summary>
    private const double LongestSpread = 60;

    private readonly LoadGovernor _governor;
    private readonly ConnectionSlots _slots;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly TokenBucket? _all;
    private readonly AddressTable? _byAddress;
    private readonly ForwardedFor _forwarded;
    private readonly double _perSecond;
    private readonly int _keptForResuming;
    private readonly int _places;
    private readonly Refusal _full;

    private readonly Lock _gate = new();

    // Guarded by _gate.
    private RefusedCrowd _crowd;

    /// <param name="random">Spreads refused clients; used by any thread.</param>
    public Admission(EntryOptions options, LoadGovernor governor, ConnectionSlots slots, TimeProvider time, Random random)
    {
        _governor = governor;
        _slots = slots;
        _time = time;
        _random = random;
        var isLimited = double.IsFinite(options.PerSecond);
        _perSecond = isLimited ? options.PerSecond : options.AffordablePerSecond;
        _all = isLimited ? new TokenBucket(options.PerSecond, options.Burst, time) : null;
        _keptForResuming = options.Burst / 2;
        _byAddress = options.PerSecondOfAddress > 0 ? new AddressTable(options.PerSecondOfAddress, options.BurstOfAddress, time) : null;
        _forwarded = new ForwardedFor(options.TrustedProxies);

        // A client always counts the same, so the cap on units of concurrency is one on clients.
        _places = Math.Min(slots.Max, options.MostClientsByTasks);
        _full = _places < slots.Max ? Refusal.Tasks : Refusal.MaxConnections;
    }

    /// <summary>Whose connections this one counts with; null when no address is limited.</summary>
    /// <param name="peer">The other end of the connection.</param>
    /// <param name="forwardedFor">The lines of <see cref="ForwardedFor.Header"/>.</param>
    public AddressKey? AddressOf(IPAddress? peer, StringValues forwardedFor) =>
        _byAddress is null || peer is null ? null : AddressKey.Of(_forwarded.ClientOf(peer, forwardedFor));

    /// <param name="refused">Why not, when the result is null.</param>
    /// <returns>The place, to be given back once.</returns>
    public SlotLease? TryEnter(Newcomer newcomer, out Refused? refused)
    {
        refused = null;

        // Who can't have a place anyway must not use up what another address or a later moment has left.
        var refusal = _governor.Refusal ?? (_slots.Taken >= _places ? _full : null);
        if (refusal is not null)
        {
            refused = Refuse(refusal);
            return null;
        }

        var crowdSeconds = 0.0;
        if (_byAddress is not null && newcomer.Address is { } address && !_byAddress.TryTake(address, out crowdSeconds))
        {
            refused = new Refused(Refusal.RateLimited, Jitter(crowdSeconds));
            return null;
        }

        if (_all is not null && !_all.TryTake(newcomer.IsResuming ? 0 : _keptForResuming))
        {
            if (newcomer.Address is { } limited) _byAddress?.GiveBack(limited);
            refused = Refuse(Refusal.RateLimited);
            return null;
        }

        // The place is taken last, so that nothing between it and the client's end can refuse and forget it.
        var lease = _slots.TryTake(_places);
        if (lease is null)
        {
            if (newcomer.Address is { } late) _byAddress?.GiveBack(late);
            _all?.GiveBack();
            refused = Refuse(_full);
        }

        return lease;
    }

    /// <summary>Counts a refusal, and says when to come back: anywhere in the time that letting in all who were refused of late will take.</summary>
    public Refused Refuse(Refusal why)
    {
        if (!why.IsPassing) return new Refused(why, 0);

        double crowd;
        lock (_gate) crowd = _crowd.Join(_time.GetTimestamp(), _time);
        return new Refused(why, Jitter(crowd / _perSecond));
    }

    // Full jitter: those that were refused together must not come back together.
    private int Jitter(double crowdSeconds) => 1 + _random.Next((int)Math.Ceiling(Math.Clamp(crowdSeconds, ShortestSpread, LongestSpread)));
}
