using WsFanout.Nats.Protocol;

namespace WsFanout.Nats;

/// <summary>What is done when a server, about to stop, asks its clients to leave: another one first, and only then away from this one.</summary>
public sealed partial class NatsConnection
{
    /// <summary>All clients are asked at once, and are not to come to the others at once.</summary>
    private static readonly TimeSpan LongestHesitation = TimeSpan.FromSeconds(1);

    /// <returns>An open connection to another server; null when this one has ended, asked to leave or not.</returns>
    private async Task<NatsSession?> SuccessorAsync(NatsSession session, Task<SessionEnd> serving)
    {
        await Task.WhenAny(serving, session.AskedToLeave);
        var pace = NewPace();
        var pause = LongestHesitation * Random.Shared.NextDouble();
        while (await LastsAsync(serving, pause))
        {
            foreach (var other in _pool.Others(session.Server))
            {
                if (serving.IsCompleted)
                {
                    return null;
                }

                // Cut meanwhile: whoever waits on it must not wait for the other.
                var dialling = DialAsync(other);
                if (await Task.WhenAny(dialling, serving) == serving)
                {
                    await LoseAsync(session, serving);
                }

                if (await dialling is not { } next)
                {
                    continue;
                }

                // The same server may be known by two addresses.
                if (!next.Info.LameDuck && (next.Info.ServerId is null || next.Info.ServerId != session.Info.ServerId))
                {
                    return next;
                }

                await next.DisposeAsync();
            }

            // No other to be had: stay as long as it lasts.
            pause = pace.Next(slowly: false);
        }

        return null;
    }

    /// <returns>Whether the connection is still there after the pause.</returns>
    private async Task<bool> LastsAsync(Task serving, TimeSpan pause)
    {
        using var over = new CancellationTokenSource();
        await Task.WhenAny(serving, Task.Delay(pause, _time, over.Token));
        await over.CancelAsync();
        return !serving.IsCompleted;
    }

    private async Task LeaveAsync(NatsSession session, Task<SessionEnd> serving, ServerAddress next)
    {
        using (var limit = new CancellationTokenSource(LongestGoodbye, _time))
        {
            await session.FlushedAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await session.EndAsync(new SessionEnd($"{session.Server} is about to stop"), serving);
        if (!_stopping.IsCancellationRequested)
        {
            LogMoved(session.Server, next);
        }
    }
}
