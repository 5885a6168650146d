using WsFanout.Governor;
using WsFanout.Messages;
using WsFanout.Nats;

namespace WsFanout.Intake;

/// <summary>Looks at the stream now and then, and each second while the intake is paused or somebody asks: how far it reaches, how much of it is unread, and how long it will still be held.</summary>
/// <remarks>A loop of its own, so that a slow broker never holds up the intake. Results are read by the scrape and the governor.</remarks>
internal sealed class StreamWatch(NatsConnection connection, StreamHeadroom headroom, StreamTail tail, IntakeGate gate, StreamOptions options, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortInterval = TimeSpan.FromSeconds(1);

    /// <summary>Looks until told to stop. A look that fails is made again at the next turn; the intake reports the trouble.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var js = new NatsJSContext(connection);
        using var timer = new PeriodicTimer(ShortInterval, time);
        var lookedAt = long.MinValue;
        do
        {
            if (connection.ConnectionState != NatsConnectionState.Open) continue;
            var isDue = lookedAt == long.MinValue || time.GetElapsedTime(lookedAt) >= Interval;
            if (!(tail.TakeWish() || isDue || !gate.IsOpen)) continue;
            lookedAt = time.GetTimestamp();
            try
            {
                var stream = await js.GetStreamAsync(options.StreamName, stopping);
                tail.Saw(StreamEpoch.Of(options.StreamName, stream.Created), stream.State.LastSeq, lookedAt);
                headroom.Saw(stream);
            }
            catch (NatsJSApiException none) when (none.Code == 404)
            {
                headroom.SawNone();
            }
            catch (NatsException)
            {
                // The intake meets the same trouble and says so; what was seen last stays.
                continue;
            }
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }
}
