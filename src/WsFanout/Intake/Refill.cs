using WsFanout.Messages;
using WsFanout.Nats;

namespace WsFanout.Intake;

/// <summary>
/// Fills the History with what the stream holds of the replay window, up to where it is followed from, and with the newest of the channels that
/// have been silent for longer: so a client can resume at a server that has only just started, or has met another stream. These messages go
/// to no worker.
/// </summary>
/// <remarks>The intake only. Whatever goes wrong with the window ends it, and the next one begins from scratch.</remarks>
internal sealed partial class Refill(
    NatsJSContext js, StreamConsumers consumers, StreamEnsurer ensurer, StreamLedger ledger, MessageSizes sizes, IntakeContext context)
{
    private const long NanosPerTick = 100;

    private readonly StreamOptions _options = context.Options;
    private readonly ReadingParts _parts = new(js, sizes, new OverloadPatience(context.Governor.Gate, context.Time), context);

    private long _messages;
    private StreamAnchor _newest;
    private SilentRead _silent;

    /// <summary>Fills the History, moves the cursor to where the stream is followed from, and tells the workers of the stream.</summary>
    /// <exception cref="AttachRefusedException">Somebody has to act.</exception>
    /// <exception cref="NatsException">The broker did not answer, refused, or the stream changed meanwhile. The cursor has not moved.</exception>
    public async Task RunAsync(StreamStart start, CancellationToken cancellationToken)
    {
        if (!start.IsEnd || start.State.Messages == 0 || start.State.LastTime is not { } last)
        {
            await ledger.ResetAsync(start.Position, start.Anchor, cancellationToken);
            return;
        }

        var startedAt = context.Time.GetTimestamp();
        (_messages, _newest) = (0, default);
        _parts.Patience.Renew();
        sizes.Saw((int)Math.Min(int.MaxValue, start.State.Bytes / start.State.Messages));
        var from = last - _options.ReplayMaxAge;
        var consumer = await consumers.CreateAsync(
            new ConsumerConfig { DeliverPolicy = ConsumerConfigDeliverPolicy.ByStartTime, OptStartTime = from }, cancellationToken: cancellationToken);
        try
        {
            // What lies behind the end is not this one's: a start above it holds nothing of the window.
            var floor = start.Position with { Sequence = Math.Min(consumer.First - 1, start.Position.Sequence), TimestampMs = from.ToUnixTimeMilliseconds() };
            await BeginAsync(floor, start.State, cancellationToken);
            if (!await ReadWindowAsync(consumer, floor.Sequence, start.Position.Sequence, from, cancellationToken))
            {
                floor = start.Position;
                await BeginAsync(floor, start.State, cancellationToken);
            }

            await CheckAsync(start, cancellationToken);
            await ledger.EndRefillAsync(start.Position, _newest.Sequence > 0 ? _newest : start.Anchor, cancellationToken);
            Say(floor.Sequence + 1, start.Position.Sequence, context.Time.GetElapsedTime(startedAt));
        }
        finally
        {
            await consumers.DeleteAsync(consumer);
        }
    }

    private async Task BeginAsync(Position floor, StreamState state, CancellationToken cancellationToken)
    {
        ledger.BeginRefill(floor);
        _silent = await new SilentChannels(_parts, consumers, ledger).ReadAsync(floor, state, cancellationToken);
    }

    /// <returns>False when the window is empty though the consumer begins with something: nothing was taken.</returns>
    private async Task<bool> ReadWindowAsync(PullConsumer consumer, long floor, long end, DateTimeOffset from, CancellationToken cancellationToken)
    {
        var fromNanos = (from - DateTimeOffset.UnixEpoch).Ticks * NanosPerTick;
        var isOutside = false;
        await new StoredReader(_parts, consumer, floor, end).ReadAsync(
            (message, metadata) =>
            {
                // The stream's last message was deleted and all others are older than the window: some brokers then begin with the first.
                isOutside = _messages == 0 && metadata.TimestampNanos < fromNanos;
                if (isOutside) return false;
                ledger.Refill(message.Subject, message.Payload, metadata.StreamSequence, metadata.TimestampNanos);
                _newest = new StreamAnchor(metadata.StreamSequence, metadata.TimestampNanos);
                _messages++;
                return true;
            },
            cancellationToken);
        return !isOutside;
    }

    /// <summary>What was read must be of the stream that was looked at.</summary>
    private async Task CheckAsync(StreamStart start, CancellationToken cancellationToken)
    {
        var now = await ensurer.EnsureAsync(cancellationToken);
        var isAnother = StreamEpoch.Of(_options.StreamName, now.Created) != start.Position.Epoch || now.State.LastSeq < start.Position.Sequence
            || (_newest.Sequence == start.Anchor.Sequence && _newest != start.Anchor);
        if (isAnother) throw new NatsException("the stream was replaced while its replay window was read");
    }

    private void Say(long from, long to, TimeSpan took)
    {
        context.Metrics.Refilled(_messages, took);
        LogRefilled(context.Logger, _messages, _options.StreamName, from, to, took.TotalSeconds);
        if (_silent.Messages > 0) LogSilent(context.Logger, _silent.Messages, from);
        if (_silent.Problem is { } problem) LogNoSilent(context.Logger, _options.StreamName, problem);
    }

    [LoggerMessage(LogLevel.Information, "The History was filled with {Messages} messages of stream {Stream}, from {From} to {To}, in {Seconds:0.000} s.")]
    private static partial void LogRefilled(ILogger logger, long messages, string stream, long from, long to, double seconds);

    [LoggerMessage(LogLevel.Information, "The newest messages of {Subjects} subjects that were silent from {From} on were read as well, for `last`.")]
    private static partial void LogSilent(ILogger logger, long subjects, long from);

    [LoggerMessage(LogLevel.Warning, "The newest messages of channels that have been silent for longer than WS_REPLAY_MAX_AGE could not be read from stream {Stream}: {Problem}. `last` shows nothing of such a channel until it speaks; all else is as always.")]
    private static partial void LogNoSilent(ILogger logger, string stream, string problem);
}
