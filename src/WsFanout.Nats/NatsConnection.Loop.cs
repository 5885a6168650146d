using WsFanout.Nats.Protocol;

namespace WsFanout.Nats;

/// <summary>The loop that keeps a connection open.</summary>
public sealed partial class NatsConnection
{
    // Loop only.
    private string? _lastLoggedFailure;

    private async Task RunAsync()
    {
        var pace = new ReconnectPace(_opts.ReconnectWaitMin, _opts.ReconnectWaitMax);
        var (next, tried, slowly) = (0, 0, false);
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                var since = _time.GetTimestamp();
                var (end, wasOpen) = await AttemptAsync(_servers[next]);
                next = (next + 1) % _servers.Length;

                // A server that accepts and hangs up at once counts as one that was tried in vain, or this loop would run hot.
                if (wasOpen && _time.GetElapsedTime(since) >= _opts.ReconnectWaitMax)
                {
                    pace.Reset();
                    (tried, slowly) = (0, false);
                    continue;
                }

                slowly |= end.Slowly;
                if (++tried >= _servers.Length)
                {
                    await Task.Delay(pace.Next(slowly), _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    (tried, slowly) = (0, false);
                }
            }
        }
        finally
        {
            Refuse(_stopping.IsCancellationRequested ? "closed" : "the connection's loop has failed");
        }
    }

    private async Task<(SessionEnd End, bool WasOpen)> AttemptAsync(ServerAddress server)
    {
        await using var session = new NatsSession(server, _opts, _time, _logger);
        await using var stop = _stopping.Token.UnsafeRegister(static session => ((NatsSession)session!).Abort(new SessionEnd("closed")), session);
        if (await session.OpenAsync() is { } failure)
        {
            if (!_stopping.IsCancellationRequested)
            {
                NoteFailure(server, failure);
            }

            return (failure, false);
        }

        Accept(server, session);
        var end = await session.ServeAsync();
        Retire(end);
        await session.EndAsync(end);
        if (!_stopping.IsCancellationRequested)
        {
            LogLost(server, end.Reason);
        }

        return (end, true);
    }

    private void NoteFailure(ServerAddress server, SessionEnd failure)
    {
        _lastError = failure.Reason;
        if (_lastLoggedFailure == failure.Reason)
        {
            LogStillFailing(server, failure.Reason);
            return;
        }

        _lastLoggedFailure = failure.Reason;
        LogFailed(server, failure.Reason);
    }

    private void Accept(ServerAddress server, NatsSession session)
    {
        _lastLoggedFailure = null;
        _lastInfo = session.Info;
        lock (_gate)
        {
            // The generation first: who sees the connection open must not see the number of the one before.
            var generation = Interlocked.Increment(ref _generation);
            _open = session;
            _opened.TrySetResult();
            LogOpen(server, session.Info.ServerName, session.Info.Version, generation);
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
}
