using System.Globalization;
using WsFanout.Nats;

namespace WsFanout.Intake;

/// <summary>
/// Fills the History with what the stream holds of the replay window, up to where it is followed from: so a client can resume at a server that
/// has only just started, or has met another stream. These messages go to no worker.
/// </summary>
/// <remarks>The intake only. Whatever goes wrong ends it, and the next one begins from scratch.</remarks>
internal sealed partial class Refill(
    NatsJSContext js, StreamConsumers consumers, StreamEnsurer ensurer, StreamLedger ledger, MessageSizes sizes, IntakeContext context)
{
    /// <summary>Asked for at first, doubled with each request: the size of what comes is not known before it has come.</summary>
    private const int FirstBatch = 16;

    /// <summary>Bytes asked for at most.</summary>
    private const long MostBytes = 16L << 20;

    private const long NanosPerTick = 100;

    /// <summary>After this long without a word it is asked what there still is.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    /// <summary>Longest silence: one large message over a slow line may take that long.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    /// <summary>A replica that is behind its leader is given this long between two requests.</summary>
    private static readonly TimeSpan LagPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest wait for the end of an overload, all in all: nobody can be let in or resumed before this is done.</summary>
    private static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(2);

    private readonly StreamOptions _options = context.Options;
    private readonly TimeProvider _time = context.Time;

    private TimeSpan _patience;
    private long _consumerSequence;
    private long _messages;
    private long _fromNanos;
    private long _cameAt;
    private bool _isOutside;
    private StreamAnchor _newest;

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

        var startedAt = _cameAt = _time.GetTimestamp();
        (_patience, _consumerSequence, _messages, _newest, _isOutside) = (MostPatience, 0, 0, default, false);
        sizes.Saw((int)Math.Min(int.MaxValue, start.State.Bytes / start.State.Messages));
        var from = last - _options.ReplayMaxAge;
        _fromNanos = (from - DateTimeOffset.UnixEpoch).Ticks * NanosPerTick;
        var end = start.Position.Sequence;
        var consumer = await consumers.CreateAsync(
            new ConsumerConfig { DeliverPolicy = ConsumerConfigDeliverPolicy.ByStartTime, OptStartTime = from }, cancellationToken);
        try
        {
            // What lies behind the end is not this one's: a start above it holds nothing of the window.
            var floor = Math.Min(consumer.First - 1, end);
            ledger.BeginRefill(start.Position with { Sequence = floor, TimestampMs = from.ToUnixTimeMilliseconds() });
            await ReadAsync(consumer, end, cancellationToken);
            await CheckAsync(start, cancellationToken);
            if (_isOutside)
            {
                await ledger.ResetAsync(start.Position, start.Anchor, cancellationToken);
                return;
            }

            await ledger.EndRefillAsync(start.Position, _newest.Sequence > 0 ? _newest : start.Anchor, cancellationToken);
            var took = _time.GetElapsedTime(startedAt);
            context.Metrics.Refilled(_messages, took);
            LogRefilled(context.Logger, _messages, _options.StreamName, floor + 1, end, took.TotalSeconds);
        }
        finally
        {
            await consumers.DeleteAsync(consumer);
        }
    }

    private async Task ReadAsync(PullConsumer consumer, long end, CancellationToken cancellationToken)
    {
        for (var batch = Math.Min(FirstBatch, _options.PullBatch); ledger.RefilledTo < end; batch = Math.Min(batch * 2, _options.PullBatch))
        {
            await WaitForEndOfOverloadAsync(cancellationToken);
            var wanted = (int)Math.Clamp(Math.Min(end - ledger.RefilledTo, MostBytes / sizes.Expected), 1, batch);
            await js.PullAsync(_options.StreamName, consumer.Name, new PullRequest { Batch = wanted, NoWait = true }, consumer.Inbox.Subject, cancellationToken);
            if (await TakeAsync(consumer, wanted, end, cancellationToken)) continue;

            if (_isOutside) return;

            // The consumer has no more. It may read from a replica that is behind: the leader knows whether there is more.
            if (!await IsStoredAsync(ledger.RefilledTo + 1, end, cancellationToken)) return;
            ThrowIfStalled();
            await Task.Delay(LagPause, _time, cancellationToken);
        }
    }

    /// <summary>Takes what one request brings.</summary>
    /// <returns>False when it ended before it was filled.</returns>
    private async Task<bool> TakeAsync(PullConsumer consumer, int wanted, long end, CancellationToken cancellationToken)
    {
        for (var left = wanted; left > 0 && ledger.RefilledTo < end;)
        {
            if (!consumer.Inbox.Msgs.TryRead(out var message))
            {
                if (await ArrivedAsync(consumer, cancellationToken)) continue;
                ThrowIfStalled();
                if (await IsDryAsync(consumer, end, cancellationToken)) return false;
                continue;
            }

            using (message)
            {
                if (!NatsJSMsgMetadata.TryParse(message.ReplyTo, out var metadata))
                {
                    if (message.StatusCode is 404 or 408) return false;
                    throw new NatsException(string.Create(CultureInfo.InvariantCulture, $"the broker says {message.StatusCode} {message.StatusText} while the replay window is read"));
                }

                if (metadata.ConsumerSequence != ++_consumerSequence) throw new NatsException("a message of the replay window was lost on its way");
                left--;
                _cameAt = _time.GetTimestamp();
                sizes.Saw(message.HeaderBlock.Length + message.Payload.Length);

                // One behind the end: nothing more comes before it. It is delivered again, live.
                if (metadata.StreamSequence > end) return false;

                // The stream's last message was deleted and all others are older than the window: some brokers then begin with the first.
                if (_messages == 0 && metadata.TimestampNanos < _fromNanos) _isOutside = true;
                if (_isOutside) return false;
                ledger.Refill(message.Subject, message.Payload, metadata.StreamSequence, metadata.TimestampNanos);
                _newest = new StreamAnchor(metadata.StreamSequence, metadata.TimestampNanos);
                _messages++;
            }
        }

        return true;
    }

    private async Task<bool> ArrivedAsync(PullConsumer consumer, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var arrived = consumer.Inbox.Msgs.WaitToReadAsync(limit.Token).AsTask();
        if (await Task.WhenAny(arrived, Task.Delay(Quiet, _time, limit.Token)) == arrived)
        {
            await limit.CancelAsync();
            return await arrived ? true : throw new NatsException("the subscription ended");
        }

        await limit.CancelAsync();
        await ((Task)arrived).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return false;
    }

    private void ThrowIfStalled()
    {
        if (_time.GetElapsedTime(_cameAt) > LongestSilence) throw new NatsException("nothing came of the replay window for too long");
    }

    /// <summary>Nothing has come for a while, and no end of the request was told: some brokers forget to.</summary>
    private async Task<bool> IsDryAsync(PullConsumer consumer, long end, CancellationToken cancellationToken)
    {
        try
        {
            await js.GetConsumerAsync(_options.StreamName, consumer.Name, cancellationToken);
        }
        catch (NatsTimeoutException)
        {
            // Perhaps a large message is on the line.
            return false;
        }

        return !await IsStoredAsync(ledger.RefilledTo + 1, end, cancellationToken);
    }

    private async Task<bool> IsStoredAsync(long from, long to, CancellationToken cancellationToken)
    {
        var next = await js.NextSequenceAsync(_options.StreamName, from, LongestSilence, cancellationToken);
        return next is { } stored && stored <= to;
    }

    /// <summary>What was read must be of the stream that was looked at.</summary>
    private async Task CheckAsync(StreamStart start, CancellationToken cancellationToken)
    {
        var now = await ensurer.EnsureAsync(cancellationToken);
        var isAnother = StreamEpoch.Of(_options.StreamName, now.Created) != start.Position.Epoch || now.State.LastSeq < start.Position.Sequence
            || (_newest.Sequence == start.Anchor.Sequence && _newest != start.Anchor);
        if (isAnother) throw new NatsException("the stream was replaced while its replay window was read");
    }

    private async Task WaitForEndOfOverloadAsync(CancellationToken cancellationToken)
    {
        var gate = context.Governor.Gate;
        if (gate.IsOpen || _patience <= TimeSpan.Zero) return;
        var since = _time.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(gate.WhenOpen(), Task.Delay(_patience, _time, limit.Token));
        await limit.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        _patience -= _time.GetElapsedTime(since);
        _cameAt = _time.GetTimestamp();
    }

    [LoggerMessage(LogLevel.Information, "The History was filled with {Messages} messages of stream {Stream}, from {From} to {To}, in {Seconds:0.000} s.")]
    private static partial void LogRefilled(ILogger logger, long messages, string stream, long from, long to, double seconds);
}
