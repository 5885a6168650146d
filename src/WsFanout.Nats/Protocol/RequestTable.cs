using System.Globalization;

namespace WsFanout.Nats.Protocol;

/// <summary>Requests of one connection that wait for an answer, told apart by the last token of their reply subject.</summary>
/// <param name="capacity">Most requests at once; one more is refused.</param>
internal sealed class RequestTable(int capacity)
{
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly Dictionary<long, PendingRequest> _waiting = [];
    private long _lastId;
    private string? _ended;

    /// <exception cref="NatsException">Too many are waiting, or the connection has ended.</exception>
    public PendingRequest Add(string subject)
    {
        lock (_gate)
        {
            if (_ended is not null)
            {
                throw new NatsNotConnectedException(_ended);
            }

            if (_waiting.Count >= capacity)
            {
                throw new NatsException(string.Create(CultureInfo.InvariantCulture, $"{capacity} requests wait for an answer already."));
            }

            var request = new PendingRequest(++_lastId, subject);
            _waiting.Add(request.Id, request);
            return request;
        }
    }

    /// <returns>False when somebody else has taken it, and is settling it.</returns>
    public bool TryTake(PendingRequest request)
    {
        lock (_gate)
        {
            return _waiting.Remove(request.Id);
        }
    }

    /// <summary>Takes out the request that an answer is for, to be settled by whoever asks.</summary>
    /// <returns>Null when nobody waits for it any more.</returns>
    public PendingRequest? Take(long id)
    {
        lock (_gate)
        {
            _waiting.Remove(id, out var request);
            return request;
        }
    }

    /// <summary>Whether no more than one waits.</summary>
    public bool IsOneAlone
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count <= 1;
            }
        }
    }

    /// <summary>Fails the longest waiting request for a subject: the server refuses in the order it was asked.</summary>
    /// <returns>False when there is none.</returns>
    public bool FailOldest(string subject, NatsException reason)
    {
        PendingRequest? oldest = null;
        lock (_gate)
        {
            foreach (var request in _waiting.Values)
            {
                if (request.Subject == subject && (oldest is null || request.Id < oldest.Id))
                {
                    oldest = request;
                }
            }

            if (oldest is not null)
            {
                _waiting.Remove(oldest.Id);
            }
        }

        oldest?.Fail(reason);
        return oldest is not null;
    }

    /// <summary>Fails all that wait, and all that come.</summary>
    public void End(string reason)
    {
        lock (_gate)
        {
            _ended = reason;
        }

        FailAll(new NatsNotConnectedException(reason, mayHaveBeenSent: true));
    }

    /// <summary>Fails all that wait.</summary>
    public void FailAll(NatsException reason)
    {
        PendingRequest[] left;
        lock (_gate)
        {
            left = [.. _waiting.Values];
            _waiting.Clear();
        }

        foreach (var request in left)
        {
            request.Fail(reason);
        }
    }
}
