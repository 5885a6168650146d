namespace WsFanout.Nats.Protocol;

/// <summary>Subscriptions of one connection by their number.</summary>
internal sealed class SubTable
{
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly Dictionary<long, NatsSub> _subs = [];
    private bool _ended;

    /// <returns>False when the connection has ended.</returns>
    public bool TryAdd(NatsSub sub)
    {
        lock (_gate)
        {
            return !_ended && _subs.TryAdd(sub.Sid, sub);
        }
    }

    public bool Remove(long sid)
    {
        lock (_gate)
        {
            return _subs.Remove(sid);
        }
    }

    /// <returns>Null for a message that was on its way when its subscription ended.</returns>
    public NatsSub? Find(long sid)
    {
        lock (_gate)
        {
            return _subs.GetValueOrDefault(sid);
        }
    }

    public NatsSub? FindBySubject(string subject)
    {
        lock (_gate)
        {
            return _subs.Values.FirstOrDefault(sub => sub.Subject == subject);
        }
    }

    public void End(string reason)
    {
        NatsSub[] left;
        lock (_gate)
        {
            _ended = true;
            left = [.. _subs.Values];
            _subs.Clear();
        }

        foreach (var sub in left)
        {
            sub.End(new NatsNotConnectedException(reason));
        }
    }
}
