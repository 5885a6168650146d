using WsFanout.Nats.Protocol;

namespace WsFanout.Nats;

/// <summary>The loop that keeps a connection open.</summary>
public sealed partial class NatsConnection
{
    // Loop only: what was last logged about each server that cannot be reached.
    private readonly Dictionary<ServerAddress, string> _loggedFailures = [];

    // Loop only: whether a server of this round wants something mended first.
    private bool _needsMending;

    private async Task RunAsync()
    {
        var pace = NewPace();
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                if (_pool.Next() is not { } server)
                {
                    await Task.Delay(pace.Next(_needsMending), _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    _pool.NewRound(justLost: null);
                    _needsMending = false;
                    continue;
                }

                if (await DialAsync(server) is not { } session)
                {
                    continue;
                }

                // A server that accepts and hangs up at once counts as one that was tried in vain, or this loop would run hot.
                var (lost, lasted) = await ServeAsync(session);
                if (lasted >= _opts.ReconnectWaitMax)
                {
                    pace.Reset();
                    _pool.NewRound(lost);
                    _needsMending = false;
                }
            }
        }
        finally
        {
            Refuse(_stopping.IsCancellationRequested ? "closed" : "the connection's loop has failed");
        }
    }

    /// <returns>Null when it was in vain.</returns>
    private async Task<NatsSession?> DialAsync(ServerAddress server)
    {
        var session = new NatsSession(server, _pool, _opts, _time, _logger);
        if (await session.OpenAsync(_stopping.Token) is not { } failure)
        {
            return session;
        }

        await session.DisposeAsync();
        if (!_stopping.IsCancellationRequested)
        {
            NoteFailure(server, failure);
        }

        return null;
    }

    /// <summary>Serves an open connection, and those that take its place while it is open, until one is lost.</summary>
    /// <returns>Which server was lost, and for how long one had been open.</returns>
    private async Task<(ServerAddress Lost, TimeSpan Lasted)> ServeAsync(NatsSession session)
    {
        var since = _time.GetTimestamp();
        Accept(session);
        var serving = session.ServeAsync();
        while (await SuccessorAsync(session, serving) is { } next)
        {
            // New requests go the new way from now on; what was published the old way still goes out.
            Accept(next);
            var nextServing = next.ServeAsync();
            await LeaveAsync(session, serving, next.Server);
            (session, serving) = (next, nextServing);
        }

        await LoseAsync(session, serving);
        return (session.Server, _time.GetElapsedTime(since));
    }

    /// <summary>Nobody is to wait on a connection that has ended. Again for the same one, nothing happens.</summary>
    private async Task LoseAsync(NatsSession session, Task<SessionEnd> serving)
    {
        var end = await serving;
        if (_open != session)
        {
            return;
        }

        Retire(end);
        await session.EndAsync(end, serving);
        _needsMending |= end.Slowly;
        if (!_stopping.IsCancellationRequested)
        {
            LogLost(session.Server, end.Reason);
        }
    }

    private void NoteFailure(ServerAddress server, SessionEnd failure)
    {
        // What somebody has to mend is not hidden by a neighbour that is merely away.
        if (failure.Slowly || !_needsMending)
        {
            _lastError = failure.Reason;
        }

        _needsMending |= failure.Slowly;
        if (_loggedFailures.GetValueOrDefault(server) == failure.Reason)
        {
            LogStillFailing(server, failure.Reason);
            return;
        }

        _loggedFailures[server] = failure.Reason;
        LogFailed(server, failure.Reason);
    }

    private void Accept(NatsSession session)
    {
        _loggedFailures.Clear();
        _needsMending = false;
        _lastInfo = session.Info;
        lock (_gate)
        {
            // The generation first: who sees the connection open must not see the number of the one before.
            var generation = Interlocked.Increment(ref _generation);
            _open = session;
            _opened.TrySetResult();
            LogOpen(session.Server, session.Info.ServerName, session.Info.Version, generation);
        }
    }

    private void Retire(SessionEnd end)
    {
        _lastError = end.Reason;
        lock (_gate)
        {
            _lastInfo = _open?.Info;
            _open = null;
            _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Nobody has to wait for a connection any more.</summary>
    private void Refuse(string reason)
    {
        _lastError = reason;
        lock (_gate)
        {
            _open = null;
            if (!_opened.TrySetException(new NatsNotConnectedException($"The connection was given up: {reason}.")))
            {
                return;
            }

            // Nobody may be waiting; then nobody observes it.
            _ = _opened.Task.Exception;
        }
    }

    private ReconnectPace NewPace() => new(_opts.ReconnectWaitMin, _opts.ReconnectWaitMax);
}
