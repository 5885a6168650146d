using WsFanout.Clients;

namespace WsFanout.Fanout;

/// <summary>
/// What clients need as time passes: pings, life signs, positions, the end of those that take nothing or don't close, and the paced drain.
/// </summary>
/// <remarks>The worker's thread only. One pass over all clients every interval, cut into parts so that a turn stays short.</remarks>
internal sealed class ClientCare
{
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>Being this late with a pass means that the process itself stood still.</summary>
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(1);

    /// <summary>Clients looked at in one turn.</summary>
    private const int ClientsPerTurn = 2048;

    private readonly ClientOptions _options;
    private readonly Roster _roster;
    private readonly Dealer _dealer;
    private readonly AnswerWriter _answers;
    private readonly WorkerContext _context;
    private readonly long _frequency;
    private readonly long _interval;
    private readonly long _positionInterval;

    private long _passStartedAt;
    private int _next;
    private long _slow;
    private long _graceUntil;
    private int _drainTotal = -1;
    private int _drained;

    public ClientCare(WorkerContext context, Roster roster, Dealer dealer, AnswerWriter answers)
    {
        _context = context;
        _options = context.ClientOptions;
        _roster = roster;
        _dealer = dealer;
        _answers = answers;
        _frequency = context.Time.TimestampFrequency;
        TimeSpan[] limits = [_options.PingInterval, _options.PongTimeout, _options.SlowClientTimeout, _options.ReplayMaxAge];
        var interval = Min(LongestInterval, limits.Min() / 8);
        _interval = Ticks(interval > ShortestInterval ? interval : ShortestInterval);
        _positionInterval = Ticks(Min(_options.PingInterval, _options.ReplayMaxAge / 3));
        _passStartedAt = context.Time.GetTimestamp();
    }

    /// <summary>A client has joined: its pings start at a moment of its own, so that they never come in a crowd.</summary>
    public void Begin(Client client, long now)
    {
        client.NextPingAt = now + (long)(Ticks(_options.PingInterval) * (0.5 + Random.Shared.NextDouble() / 2));
        client.ToldAt = now;
    }

    /// <summary>Does what is due.</summary>
    /// <returns>Whether more is due at once.</returns>
    public bool Look(long now, DrainOrder? drain)
    {
        if (drain is not null) Drain(now, drain);
        if (_next == 0)
        {
            if (now - _passStartedAt < _interval) return false;
            if (now - _passStartedAt > _interval + Ticks(Stall)) _graceUntil = now + Ticks(_options.PingInterval);
            _passStartedAt = now;
            _slow = 0;
        }

        // A close only marks; clients leave the list between two turns, and who is missed by the swap is looked at in the next pass.
        var clients = _roster.Clients;
        var end = Math.Min(clients.Length, _next + ClientsPerTurn);
        for (; _next < end; _next++) LookAt(clients[_next], now);
        if (_next < clients.Length) return true;

        _next = 0;
        _context.Metrics.Counters.SlowClientsCounted(_slow);
        return false;
    }

    /// <summary>How long the worker may sleep: whole milliseconds, rounded up, because a sleep of a part of one is none.</summary>
    public TimeSpan UntilNextLook(long now) =>
        TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, _passStartedAt + _interval - now) * 1000.0 / _frequency));

    private void LookAt(Client client, long now)
    {
        if (client.Closing is not null)
        {
            if (now > client.CloseDeadline) client.Wire.Abort();
            return;
        }

        if (LookAtProgress(client, now)) return;
        if (LookAtLife(client, now)) return;
        LookAtPosition(client, now);
    }

    /// <returns>Whether the client was closed.</returns>
    private bool LookAtProgress(Client client, long now)
    {
        // Without a batch there still are pings and pongs to take.
        var since = client.Wire.IsIdle ? client.Wire.BlockedSince : client.Wire.LastProgressAt;
        if (since == 0) return false;

        var stuckFor = now - since;
        if (stuckFor > Ticks(Stall)) _slow++;
        if (stuckFor <= Ticks(_options.SlowClientTimeout) || now < _graceUntil) return false;

        _roster.Close(client, CloseReason.SlowClient);
        return true;
    }

    /// <returns>Whether the client was closed.</returns>
    private bool LookAtLife(Client client, long now)
    {
        if (client.PingedAt != 0)
        {
            // A ping that still waits behind what is being written has asked nothing yet; how that moves is judged by itself.
            var sentAt = client.Wire.PingSentAt;
            if (client.Wire.LastReceivedAt >= client.PingedAt) client.PingedAt = 0;
            else if (sentAt >= client.PingedAt && now - sentAt > Ticks(_options.PongTimeout) && now >= _graceUntil)
            {
                _roster.Close(client, CloseReason.NoLifeSign);
                return true;
            }
        }

        if (client.PingedAt == 0 && now >= client.NextPingAt)
        {
            client.PingedAt = now;
            client.NextPingAt = now + Ticks(_options.PingInterval);
            client.Wire.Ping();
        }

        return false;
    }

    private void LookAtPosition(Client client, long now)
    {
        if (client.Echoes) return;
        if (client.DealtAt != client.DealtSeen)
        {
            client.DealtSeen = client.DealtAt;
            client.ToldAt = now;
        }
        else if (now - client.ToldAt >= _positionInterval && client.Queue.Count == 0)
        {
            client.ToldAt = now;
            client.Queue.AddAnswer(_answers.PositionTold(_dealer.Position));
            _roster.HasWork(client);
        }
    }

    private void Drain(long now, DrainOrder order)
    {
        // Those who still join have been let in before the drain began; they go with the first.
        if (_drainTotal < 0) _drainTotal = _roster.Count;
        var share = order.Window <= TimeSpan.Zero ? 1.0 : (now - order.StartedAt) / (double)Ticks(order.Window);
        var due = share >= 1 ? int.MaxValue : (int)(share * _drainTotal);
        foreach (var client in _roster.Clients)
        {
            if (_drained >= due) break;
            if (client.Closing is not null) continue;
            _drained++;
            _roster.Close(client, CloseReason.Draining);
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _frequency);
}
