using WsFanout.Nats;

namespace WsFanout.Intake;

/// <summary>Looks at the stream now and then: how much of it is unread, and how long it will still be held.</summary>
/// <remarks>A loop of its own, so that a slow broker never holds up the intake. Results are read by the scrape.</remarks>
internal sealed class StreamWatch(NatsConnection connection, StreamLedger ledger, StreamOptions options, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    // Written by the loop; read by anyone.
    private long _lastSequence;
    private long _maxAgeTicks;

    /// <summary>Messages of the stream above the cursor, as of the last look.</summary>
    public long Lag => Math.Max(0, Volatile.Read(ref _lastSequence) - ledger.Position.Sequence);

    /// <summary>Seconds until the stream drops a message that has not been read; infinite when it never does by age.</summary>
    public double HeadroomSeconds
    {
        get
        {
            var maxAge = TimeSpan.FromTicks(Volatile.Read(ref _maxAgeTicks));
            if (maxAge == TimeSpan.Zero) return double.PositiveInfinity;
            if (Lag == 0) return maxAge.TotalSeconds;

            // The oldest unread message is at least as young as the last one read.
            var readUntil = DateTimeOffset.FromUnixTimeMilliseconds(ledger.Position.TimestampMs);
            return Math.Max(0, (maxAge - (time.GetUtcNow() - readUntil)).TotalSeconds);
        }
    }

    /// <summary>Looks until told to stop. A look that fails is made again at the next turn; the intake reports the trouble.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var js = new NatsJSContext(connection);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            if (connection.ConnectionState != NatsConnectionState.Open) continue;
            try
            {
                Saw(await js.GetStreamAsync(options.StreamName, stopping));
            }
            catch (NatsException)
            {
                // The intake meets the same trouble and says so; what was seen last stays.
                continue;
            }
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private void Saw(StreamInfo stream)
    {
        Volatile.Write(ref _lastSequence, stream.State.LastSeq);
        Volatile.Write(ref _maxAgeTicks, stream.Config.MaxAge.Ticks);
    }
}
