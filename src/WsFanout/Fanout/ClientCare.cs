using WsFanout.Clients;

namespace WsFanout.Fanout;

/// <summary>
/// What clients need as time passes: pings, life signs, positions, the end of those that take nothing, don't close or have been here long
/// enough, and the paced drain.
/// </summary>
/// <remarks>The worker's thread only. A client is looked at when something of its is due, by one timing wheel for all.</remarks>
internal sealed class ClientCare
{
    private static readonly TimeSpan LongestTick = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ShortestTick = TimeSpan.FromMilliseconds(10);

    /// <summary>One turn of the wheel takes a minute with the default settings; what is due later is looked at once a turn.</summary>
    private const int WheelSlots = 256;

    /// <summary>Being this late means that the process itself stood still; a client that takes nothing for so long counts as slow.</summary>
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(1);

    /// <summary>Time that a client may take for one message once it has begun it. Beyond: close 1002.</summary>
    private static readonly TimeSpan UnfinishedTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Part of the connection's age by which two that came together may differ, to either side.</summary>
    private const double AgeJitter = 0.1;

    /// <summary>Whoever has reached its age comes back anywhere up to this: ages are spread already. Milliseconds.</summary>
    private const int LongestReturnMs = 1000;

    /// <summary>Clients looked at in one turn.</summary>
    private const int ClientsPerTurn = 512;

    private readonly ClientOptions _options;
    private readonly TimingWheel<Client> _wheel;
    private readonly Roster _roster;
    private readonly Dealer _dealer;
    private readonly AnswerWriter _answers;
    private readonly AccessControl _access;
    private readonly WorkerContext _context;
    private readonly long _frequency;
    private readonly long _tick;
    private readonly long _positionInterval;
    private readonly Departures _departures;

    private long _slow;
    private long _graceUntil;

    public ClientCare(WorkerContext context, TimingWheel<Client> wheel, Roster roster, Dealer dealer, AnswerWriter answers, AccessControl access)
    {
        _context = context;
        _options = context.ClientOptions;
        _wheel = wheel;
        _roster = roster;
        _dealer = dealer;
        _answers = answers;
        _access = access;
        _frequency = context.Time.TimestampFrequency;
        _departures = new Departures(roster, _frequency);
        _tick = TickOf(context);
        _positionInterval = Ticks(Min(_options.PingInterval, _options.ReplayMaxAge / 3));
    }

    /// <summary>The wheel that a worker's clients stand in: as fine as the shortest of its limits asks for.</summary>
    public static TimingWheel<Client> NewWheel(WorkerContext context) => new(WheelSlots, TickOf(context), context.Time.GetTimestamp());

    /// <summary>A client has joined: its pings start at a moment of its own, so that they never come in a crowd.</summary>
    public void Begin(Client client, long now)
    {
        client.NextPingAt = now + (long)(Ticks(_options.PingInterval) * (0.5 + Random.Shared.NextDouble() / 2));
        client.ToldAt = now;
        client.LeaveAt = LeaveAt(now);
        _departures.Joined(client);
        _wheel.Schedule(client, client.Access is null ? Math.Min(Math.Min(client.NextPingAt, client.LeaveAt), now + _positionInterval) : now + 1);
    }

    /// <summary>Does what is due.</summary>
    /// <returns>Whether more is due at once.</returns>
    public bool Look(long now, DrainOrder? drain)
    {
        var isMoreDue = drain is not null && _departures.Look(now, drain);
        if (now - _wheel.NextAt > Ticks(Stall)) _graceUntil = now + Ticks(_options.PingInterval);
        for (var looks = 0; looks < ClientsPerTurn; looks++)
        {
            if (_wheel.TakeDue(now) is not { } client)
            {
                _context.Metrics.Counters.SlowClientsCounted(_slow);
                return isMoreDue;
            }

            var next = LookAt(client, now);
            if (!client.IsGone && client.WheelPlace.Slot == 0) _wheel.Schedule(client, Math.Max(next, now + 1));
        }

        return true;
    }

    /// <summary>The client is gone: it is no slow one any more.</summary>
    public void End(Client client) => NoteSlow(client, false);

    /// <summary>How long the worker may sleep: whole milliseconds, rounded up, because a sleep of a part of one is none.</summary>
    public TimeSpan UntilNextLook(long now) =>
        TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, Math.Min(_wheel.NextAt, _departures.NextAt) - now) * 1000.0 / _frequency));

    /// <returns>When to look again.</returns>
    private long LookAt(Client client, long now)
    {
        if (client.Closing is { } reason) return LookAtClosing(client, reason, now);
        var next = long.MaxValue;
        if (LookAtAccess(client, now, ref next) && LookAtProgress(client, now, ref next) && LookAtUnfinished(client, now, ref next) && LookAtLife(client, now, ref next) && LookAtAge(client, now, ref next)) LookAtPosition(client, now, ref next);
        return next;
    }

    /// <returns>When to look again.</returns>
    private long LookAtClosing(Client client, CloseReason reason, long now)
    {
        if (now < client.CloseDeadline) return client.CloseDeadline;

        // What waits is sent first: whoever goes on taking it is given time for that, as long as a slow client is given.
        var owesNothing = client.CloseGiven || reason.Waiting != Waiting.Sent;
        if (!owesNothing && now - client.CloseDeadline < Ticks(_options.SlowClientTimeout) && IsTaking(client, now)) return now + Ticks(Roster.CloseGrace / 4);
        client.Wire.Abort();
        return now + Ticks(Stall);
    }

    private bool IsTaking(Client client, long now) => client.Wire.HasProgressed() || now - client.Wire.LastProgressAt < Ticks(Roster.CloseGrace);

    /// <returns>False when the client was closed.</returns>
    private bool LookAtAccess(Client client, long now, ref long next)
    {
        if (client.Access is not { } access || _access.Over(access, now, _graceUntil, ref next) is not { } reason) return true;
        _roster.Close(client, reason);
        return false;
    }

    /// <returns>False when the client was closed.</returns>
    private bool LookAtProgress(Client client, long now, ref long next)
    {
        // Without a batch there still are pings and pongs to take; and a batch that is given to a socket that is stuck is no progress.
        var since = client.Wire.BlockedSince;
        if (since == 0 && !client.Wire.IsIdle) since = client.Wire.LastProgressAt;
        if (since != 0 && now - since > Ticks(Stall) && client.Wire.HasProgressed()) since = now;
        client.IsWatched = since != 0;
        NoteSlow(client, since != 0 && now - since > Ticks(Stall));
        _dealer.EndBurst(client, now);
        if (client.Closing is not null) return false;
        if (since == 0)
        {
            // What the framework writes on the stream way, pongs above all, blocks without the worker's having given anything.
            next = Math.Min(next, now + Ticks(_options.SlowClientTimeout / 4));
            return true;
        }

        if (now - since > Ticks(_options.SlowClientTimeout) && now >= _graceUntil)
        {
            _roster.Close(client, CloseReason.SlowClient);
            return false;
        }

        next = Math.Min(next, now + Math.Max(_tick, Ticks(Min(Stall, _options.SlowClientTimeout) / 4)));
        return true;
    }

    /// <summary>Whoever sends the pieces of one message without end would keep what has come of it for ever.</summary>
    /// <returns>False when the client was closed.</returns>
    private bool LookAtUnfinished(Client client, long now, ref long next)
    {
        var since = client.Wire.UnfinishedSince;
        if (since == 0) return true;
        var deadline = Math.Max(since + Ticks(UnfinishedTimeout), _graceUntil);
        next = Math.Min(next, deadline);
        if (now <= deadline) return true;
        _roster.Close(client, CloseReason.ProtocolError);
        return false;
    }

    /// <returns>False when the client was closed.</returns>
    private bool LookAtLife(Client client, long now, ref long next)
    {
        if (client.PingedAt != 0)
        {
            var sentAt = client.Wire.PingSentAt;
            if (client.Wire.LastReceivedAt >= client.PingedAt)
            {
                client.PingedAt = 0;
            }
            else if (sentAt >= client.PingedAt)
            {
                var deadline = Math.Max(sentAt + Ticks(_options.PongTimeout), _graceUntil);
                if (now > deadline)
                {
                    _roster.Close(client, CloseReason.NoLifeSign);
                    return false;
                }

                next = Math.Min(next, deadline);
            }
            else if (HasStoodStill(client, now))
            {
                // The ping could not leave, as nothing has: half-open, or it reads as little as it would have answered.
                _roster.Close(client, CloseReason.NoLifeSign);
                return false;
            }
            else
            {
                // It waits behind what is being written, and has asked nothing yet.
                next = Math.Min(next, now + Ticks(_options.PongTimeout / 4));
            }
        }

        if (client.PingedAt == 0)
        {
            if (now >= client.NextPingAt)
            {
                client.PingedAt = now;
                client.NextPingAt = now + Ticks(_options.PingInterval);
                client.Wire.Ping();
                next = Math.Min(next, now + Ticks(_options.PongTimeout / 4));
            }

            next = Math.Min(next, client.NextPingAt);
        }

        return true;
    }

    /// <summary>Whether nothing of a client has moved for as long as it has to answer a ping, since one fell due.</summary>
    private bool HasStoodStill(Client client, long now) =>
        client.Wire.BlockedSince != 0 && now > Math.Max(Math.Max(client.PingedAt, client.Wire.LastProgressAt) + Ticks(_options.PongTimeout), _graceUntil) && !client.Wire.HasProgressed();

    /// <returns>False when the client was closed.</returns>
    private bool LookAtAge(Client client, long now, ref long next)
    {
        next = Math.Min(next, client.LeaveAt);
        if (now < client.LeaveAt) return true;
        _roster.Close(client, CloseReason.ConnectionAge, Random.Shared.Next(LongestReturnMs));
        return false;
    }

    private long LeaveAt(long now) => _options.MaxConnectionAge == TimeSpan.Zero
        ? long.MaxValue
        : now + (long)(Ticks(_options.MaxConnectionAge) * (1 + (AgeJitter * ((2 * Random.Shared.NextDouble()) - 1))));

    private void LookAtPosition(Client client, long now, ref long next)
    {
        if (client.Echoes) return;
        if (client.WasGivenOfLate)
        {
            client.WasGivenOfLate = false;
            client.ToldAt = now;
        }
        else if (now - client.ToldAt >= _positionInterval && !client.HasWaiting)
        {
            client.ToldAt = now;
            client.Queue.AddAnswer(_answers.PositionTold(_dealer.Position));
            _roster.HasWork(client);
        }

        next = Math.Min(next, Math.Max(client.ToldAt + _positionInterval, now + _tick));
    }

    private void NoteSlow(Client client, bool isSlow)
    {
        if (client.IsSlow != isSlow) _slow += isSlow ? 1 : -1;
        client.IsSlow = isSlow;
    }

    private static long TickOf(WorkerContext context)
    {
        var options = context.ClientOptions;
        TimeSpan[] limits = [options.PingInterval, options.PongTimeout, options.SlowClientTimeout, options.ReplayMaxAge];
        var tick = Min(LongestTick, limits.Min() / 8);
        return (long)((tick > ShortestTick ? tick : ShortestTick).TotalSeconds * context.Time.TimestampFrequency);
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _frequency);
}
