using System.Globalization;
using WsFanout.Fanout;
using WsFanout.Governor;
using WsFanout.Nats;

namespace WsFanout.Intake;

/// <summary>Pulls from one consumer on credit and hands every message to the ledger, until something is wrong with the consumer.</summary>
/// <remarks>The intake only; one object for one consumer.</remarks>
internal sealed partial class PullLoop
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>A consumer that still gives signs after this long works, though it may have no message.</summary>
    private static readonly TimeSpan ProvenAfter = TimeSpan.FromSeconds(3);

    /// <summary>What the broker had sent when it was asked about the stream is here after this long.</summary>
    private static readonly TimeSpan OnItsWay = TimeSpan.FromSeconds(1);

    private readonly NatsJSContext _js;
    private readonly Attachment _attachment;
    private readonly StreamLedger _ledger;
    private readonly Ring _ring;
    private readonly IntakeContext _context;
    private readonly PullCredit _credit;
    private readonly StreamHeadroom _headroom;
    private readonly LoadGovernor _governor;
    private readonly PullRequest _request;
    private readonly HoleLog _holes;
    private readonly TimeSpan _longestSilence;
    private readonly TaskCompletionSource _proof = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _startedAt;

    private long _consumerSequence;
    private long _heardAt;
    private long _tookAt;
    private long _askedAbout;

    public PullLoop(NatsJSContext js, Attachment attachment, StreamLedger ledger, Ring ring, MessageSizes sizes, StreamHeadroom headroom, IntakeContext context)
    {
        _js = js;
        _attachment = attachment;
        _ledger = ledger;
        _ring = ring;
        _headroom = headroom;
        _context = context;
        var options = context.Options;
        _governor = context.Governor;
        _credit = new PullCredit(ring, sizes, options.PullBatch, options.PullExpires, context.Time);
        _request = new PullRequest { Expires = options.PullExpires, IdleHeartbeat = options.Heartbeat };
        _holes = new HoleLog(options.StreamName, context.Logger, context.Time);
        _longestSilence = (options.Heartbeat * 2) + TimeSpan.FromMilliseconds(500);
        _heardAt = _startedAt = context.Time.GetTimestamp();
    }

    /// <summary>Ends when the consumer has proven that it works: by a message, or by signs of life for some seconds.</summary>
    public Task Proof => _proof.Task;

    private bool MayTake => _governor.Gate.IsOpen && _governor.Budget.MayTake;

    /// <returns>Why the consumer can't be used any more.</returns>
    public async Task<string> RunAsync(CancellationToken stopping)
    {
        try
        {
            return await PullAsync(stopping);
        }
        finally
        {
            _holes.Say();
        }
    }

    private async Task<string> PullAsync(CancellationToken stopping)
    {
        var arrived = Task.CompletedTask;
        var tick = Task.CompletedTask;
        while (true)
        {
            if (!_governor.Gate.IsOpen && await PauseAsync(stopping) is { } lost) return lost;
            while (MayTake && _attachment.Consumer.Inbox.Msgs.TryRead(out var message))
            {
                if (await TakeAsync(message, stopping) is { } trouble) return trouble;
                await AskAsync(stopping);
            }

            if (tick.IsCompleted)
            {
                if (Tick() is { } trouble) return trouble;
                await TellDroppedAsync(stopping);
                tick = Task.Delay(TickInterval, _context.Time, stopping);
                await AskAsync(stopping, isTick: true);
            }

            await AskAsync(stopping);
            if (arrived.IsCompleted) arrived = _attachment.Consumer.Inbox.Msgs.WaitToReadAsync(stopping).AsTask();
            await await Task.WhenAny(MayTake ? arrived : tick, tick, _credit.Outstanding > 0 ? tick : await RoomAsync(stopping));
            if (arrived is Task<bool> { IsCompletedSuccessfully: true, Result: false }) return "the subscription ended";
        }
    }

    /// <summary>
    /// Overload: nothing is asked for, and what was asked for before waits where it arrives, at most a batch; the connection reads on and
    /// stays alive.
    /// </summary>
    /// <returns>Why the consumer can't be used any more; null when the pause is over.</returns>
    private async Task<string?> PauseAsync(CancellationToken stopping)
    {
        while (!_governor.Gate.IsOpen)
        {
            await Task.WhenAny(_governor.Gate.WhenOpen(), Task.Delay(TickInterval, _context.Time, stopping));
            stopping.ThrowIfCancellationRequested();
            _ledger.Tick();
            _holes.SayWhenDue();

            // What waits here is read again from the stream: whoever looks at the server must learn now that the broker is away.
            if (_js.Connection.ConnectionState != NatsConnectionState.Open) return "the connection was lost during a pause";
            if (_headroom.IsStreamGone) return "the stream was deleted or replaced during a pause";
        }

        _heardAt = _context.Time.GetTimestamp();
        return null;
    }

    /// <summary>Nothing may be asked for: ends when that may have changed.</summary>
    private async ValueTask<Task> RoomAsync(CancellationToken stopping)
    {
        // The wait first, the look after it: room that appears in between is not missed.
        var room = _ring.WhenRoomChanges(stopping);
        await AskAsync(stopping);
        return room;
    }

    private async ValueTask AskAsync(CancellationToken stopping, bool isTick = false)
    {
        if (!_governor.Gate.IsOpen || _credit.Wanted() is not (var most and > 0)) return;
        var wanted = (int)Math.Min(most, _governor.Budget.Left(_credit.Outstanding, _ring.Depth));

        // At the pace of a limit, only with the tick: not a request for each message that the limit lets through.
        if (wanted > 0 && (wanted == most || isTick))
        {
            if (_credit.Outstanding == 0) _heardAt = _context.Time.GetTimestamp();
            await _js.PullAsync(_context.Options.StreamName, _attachment.Consumer.Name, _request with { Batch = wanted }, _attachment.Consumer.Inbox.Subject, stopping);
            _credit.Asked(wanted);
        }
    }

    private string? Tick()
    {
        _ledger.Tick();
        _holes.SayWhenDue();
        _credit.ForgetLate();
        return _credit.Outstanding > 0 && _context.Time.GetElapsedTime(_heardAt) > _longestSilence
            ? "no message and no heartbeat for too long"
            : null;
    }

    /// <summary>
    /// The stream has dropped what was not read, as in a long pause, and no message comes behind it whose number would show that: without this,
    /// clients would learn it with the next one, which may be never.
    /// </summary>
    private async ValueTask TellDroppedAsync(CancellationToken stopping)
    {
        if (_headroom.DroppedTo is var (dropped, droppedAt) && dropped > _ledger.Position.Sequence && IsNothingOnItsWay(droppedAt))
        {
            await TellDroppedAsync(dropped, stopping);
        }

        // Deleted one by one, or by subject: messages may be left below, so the stream's first tells nothing of its end.
        if (_headroom.ReachedTo is not var (last, seenAt) || seenAt == _askedAbout || last <= _ledger.Position.Sequence) return;
        if (_credit.Outstanding == 0 || !IsNothingOnItsWay(seenAt)) return;
        _askedAbout = seenAt;
        if (await IsEndDeletedAsync(last, stopping)) await TellDroppedAsync(last, stopping);
    }

    private async ValueTask TellDroppedAsync(long to, CancellationToken stopping)
    {
        var hole = await _ledger.HoleAsync(to, "dropped", stopping);
        _holes.Add(hole);
    }

    private bool IsNothingOnItsWay(long seenAt) =>
        _tookAt < seenAt && _context.Time.GetElapsedTime(seenAt) >= OnItsWay && _attachment.Consumer.Inbox.Msgs.Count == 0;

    /// <summary>What does not come may also be late: only the stream's leader can say that nothing is stored up to <paramref name="last"/>.</summary>
    private async ValueTask<bool> IsEndDeletedAsync(long last, CancellationToken stopping)
    {
        try
        {
            var next = await _js.NextSequenceAsync(_context.Options.StreamName, _ledger.Position.Sequence + 1, ct: stopping);
            return (next is null || next > last) && _attachment.Consumer.Inbox.Msgs.Count == 0;
        }
        catch (NatsException)
        {
            // It is asked again after the next look, as long as nothing comes.
            return false;
        }
    }

    private async ValueTask<string?> TakeAsync(NatsMsg message, CancellationToken stopping)
    {
        using (message)
        {
            _heardAt = _context.Time.GetTimestamp();

            // The position first: whoever publishes chooses the headers of a message, and may let it look like a word of the broker's.
            if (!NatsJSMsgMetadata.TryParse(message.ReplyTo, out var metadata))
            {
                if (message.StatusCode != 0) return Status(message);
                return $"a message came without a position that could be read: {System.Text.Encoding.UTF8.GetString(message.ReplyTo)}";
            }

            if (metadata.ConsumerSequence != _consumerSequence + 1)
            {
                return string.Create(CultureInfo.InvariantCulture, $"delivery {metadata.ConsumerSequence} came after {_consumerSequence}");
            }

            _consumerSequence++;
            _tookAt = _heardAt;
            _governor.Budget.Took();
            _credit.Came(message.HeaderBlock.Length + message.Payload.Length);
            _proof.TrySetResult();
            return await AcceptAsync(message, metadata, stopping);
        }
    }

    private async ValueTask<string?> AcceptAsync(NatsMsg message, NatsJSMsgMetadata metadata, CancellationToken stopping)
    {
        var sequence = metadata.StreamSequence;
        if (sequence <= _ledger.Position.Sequence)
        {
            _context.Metrics.DuplicateIgnored();
            return null;
        }

        if (!_ledger.Follows(sequence))
        {
            var hole = await _ledger.HoleAsync(sequence - 1, "delivery", stopping);
            _holes.Add(hole);
        }

        if (_ledger.Accept(message.Subject, message.Payload, sequence, metadata.TimestampNanos) is { } entry)
        {
            await _ledger.DealAsync(entry, stopping);
        }

        return null;
    }

    /// <returns>Why the consumer can't be used any more; null when it can.</returns>
    private string? Status(in NatsMsg status)
    {
        if (_context.Time.GetElapsedTime(_startedAt) > ProvenAfter) _proof.TrySetResult();
        switch (status.StatusCode)
        {
            case 100:
                return LostInFlight(status);
            case 404 or 408:
                _credit.Ended();
                return null;
            case 409 when status.StatusText.StartsWith("Message Size", StringComparison.OrdinalIgnoreCase):
                _credit.Ended();
                return null;
            case 409 or 503:
                return $"the broker says {status.StatusCode.ToString(CultureInfo.InvariantCulture)} {status.StatusText}";
            default:
                // A newer broker's word: it ends this request, and the next one shows whether it matters.
                LogUnknownStatus(_context.Logger, status.StatusCode, status.StatusText);
                _credit.Ended();
                return null;
        }
    }

    private string? LostInFlight(in NatsMsg heartbeat)
    {
        if (!heartbeat.TryGetHeader("Nats-Last-Consumer"u8, out var text)) return null;
        return System.Buffers.Text.Utf8Parser.TryParse(text, out long last, out _) && last > _consumerSequence
            ? string.Create(CultureInfo.InvariantCulture, $"the broker has delivered up to {last}, {_consumerSequence} came")
            : null;
    }

    [LoggerMessage(LogLevel.Information, "A pull was ended with a status this version does not know: {Code} {Text}.")]
    private static partial void LogUnknownStatus(ILogger logger, int code, string text);
}
