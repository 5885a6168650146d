using WsFanout.Telemetry;

namespace WsFanout.Hosting;

/// <summary>The end of publishing when the server stops: nobody begins any more, and those who have begun are waited for.</summary>
/// <param name="longest">That a request may take.</param>
internal sealed class LastPublishes(ServerState state, HttpListeners listeners, PublishMetrics metrics, TimeSpan longest, TimeProvider time)
{
    /// <summary>For the address for publishing alone to say goodbye, however little is left.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(300);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(10);

    /// <summary>Ends when each is answered, or its time is over.</summary>
    /// <param name="left">Of the time to stop.</param>
    public async Task EndAsync(TimeSpan left)
    {
        var started = time.GetTimestamp();
        var limit = left < longest ? left : longest;
        if (limit < Shortest) limit = Shortest;
        state.BeginClosing();
        using (var over = new CancellationTokenSource(limit, time)) await listeners.StopPublishingAsync(over.Token);
        using var looks = new PeriodicTimer(LookEvery, time);
        while (metrics.Pending > 0 && time.GetElapsedTime(started) < limit) await looks.WaitForNextTickAsync();
    }
}
