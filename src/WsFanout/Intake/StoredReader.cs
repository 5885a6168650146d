using System.Globalization;
using WsFanout.Nats;

namespace WsFanout.Intake;

/// <summary>Reads what is stored up to a sequence number from one consumer, in stream order, batch after batch.</summary>
/// <remarks>The intake only; one object for one consumer.</remarks>
/// <param name="parts">What it works with.</param>
/// <param name="consumer">Made for this; nobody else pulls from it.</param>
/// <param name="from">Nothing is expected up to here.</param>
/// <param name="end">The last sequence number that is of interest; what lies behind may come and is let go.</param>
internal sealed class StoredReader(ReadingParts parts, PullConsumer consumer, long from, long end)
{
    /// <summary>Asked for at first, doubled with each request: the size of what comes is not known before it has come.</summary>
    private const int FirstBatch = 16;

    /// <summary>Bytes asked for at most.</summary>
    private const long MostBytes = 16L << 20;

    /// <summary>After this long without a word it is asked what there still is.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    /// <summary>Longest silence: one large message over a slow line may take that long.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    /// <summary>A request that waits, waits so long.</summary>
    private static readonly TimeSpan WaitsFor = TimeSpan.FromSeconds(1);

    /// <summary>A replica that is behind its leader is given this long between two requests.</summary>
    private static readonly TimeSpan LagPause = TimeSpan.FromMilliseconds(200);

    private readonly NatsJSContext _js = parts.Js;
    private readonly StreamOptions _options = parts.Context.Options;
    private readonly TimeProvider _time = parts.Context.Time;

    private long _readTo = from;
    private long _consumerSequence;
    private long _cameAt;
    private bool _isOver;

    // The consumer has fallen short of what is stored: requests wait for it.
    private bool _isBehind;

    /// <summary>Hands over one message after the other, until there is none up to the end, by the word of the stream's leader.</summary>
    /// <param name="take">Takes a message, which it must not hold; false when no more is wanted.</param>
    /// <exception cref="NatsException">The broker did not answer, refused, or fell silent.</exception>
    public async Task ReadAsync(Func<NatsMsg, NatsJSMsgMetadata, bool> take, CancellationToken cancellationToken)
    {
        _cameAt = _time.GetTimestamp();
        for (var batch = Math.Min(FirstBatch, _options.PullBatch); _readTo < end; batch = Math.Min(batch * 2, _options.PullBatch))
        {
            if (await parts.Patience.WaitAsync(cancellationToken)) _cameAt = _time.GetTimestamp();
            var wanted = (int)Math.Clamp(Math.Min(end - _readTo, MostBytes / parts.Sizes.Expected), 1, batch);
            await AskAsync(wanted, cancellationToken);
            if (await TakeAsync(wanted, take, cancellationToken)) continue;

            // The consumer has no more. It may read from a replica that is behind: the leader knows whether there is more.
            if (_isOver || !await IsMoreStoredAsync(cancellationToken)) return;
            ThrowIfStalled();
            _isBehind = true;
            await Task.Delay(LagPause, _time, cancellationToken);
        }
    }

    /// <remarks>
    /// Some brokers let a consumer fall asleep over a message that was deleted before its turn, and until it wakes answer none but a request that
    /// waits; which wakes it.
    /// </remarks>
    private ValueTask AskAsync(int batch, CancellationToken cancellationToken)
    {
        var request = _isBehind ? new PullRequest { Batch = batch, Expires = WaitsFor } : new PullRequest { Batch = batch, NoWait = true };
        return _js.PullAsync(_options.StreamName, consumer.Name, request, consumer.Inbox.Subject, cancellationToken);
    }

    /// <summary>Takes what one request brings.</summary>
    /// <returns>False when it ended before it was filled.</returns>
    private async Task<bool> TakeAsync(int wanted, Func<NatsMsg, NatsJSMsgMetadata, bool> take, CancellationToken cancellationToken)
    {
        for (var left = wanted; left > 0 && _readTo < end;)
        {
            if (!consumer.Inbox.Msgs.TryRead(out var message))
            {
                if (await ArrivedAsync(cancellationToken)) continue;
                ThrowIfStalled();
                if (await IsDryAsync(cancellationToken)) return false;

                _isBehind = true;
                await AskAsync(1, cancellationToken);
                left++;
                continue;
            }

            using (message)
            {
                if (!NatsJSMsgMetadata.TryParse(message.ReplyTo, out var metadata))
                {
                    if (message.StatusCode is 404 or 408) return false;
                    throw new NatsException(string.Create(CultureInfo.InvariantCulture, $"the broker says {message.StatusCode} {message.StatusText} while stored messages are read"));
                }

                if (metadata.ConsumerSequence != ++_consumerSequence) throw new NatsException("a stored message was lost on its way");
                left--;
                _isBehind = false;
                _cameAt = _time.GetTimestamp();
                parts.Sizes.Saw(message.HeaderBlock.Length + message.Payload.Length);

                // In place of one that was deleted before its turn some brokers bring the next that is stored, and then that again.
                if (metadata.StreamSequence <= _readTo) continue;

                // One behind the end: nothing more comes before it.
                _isOver = metadata.StreamSequence > end || !take(message, metadata);
                if (_isOver) return false;
                _readTo = metadata.StreamSequence;
            }
        }

        return true;
    }

    private async Task<bool> ArrivedAsync(CancellationToken cancellationToken)
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
        if (_time.GetElapsedTime(_cameAt) > LongestSilence) throw new NatsException("nothing came of the stored messages for too long");
    }

    /// <summary>Nothing has come for a while, and no end of the request was told: some brokers forget to.</summary>
    private async Task<bool> IsDryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _js.GetConsumerAsync(_options.StreamName, consumer.Name, cancellationToken);
        }
        catch (NatsTimeoutException)
        {
            // Perhaps a large message is on the line.
            return false;
        }

        return !await IsMoreStoredAsync(cancellationToken);
    }

    private async Task<bool> IsMoreStoredAsync(CancellationToken cancellationToken)
    {
        var next = await _js.NextSequenceAsync(_options.StreamName, _readTo + 1, LongestSilence, cancellationToken);
        return next is { } stored && stored <= end;
    }
}
