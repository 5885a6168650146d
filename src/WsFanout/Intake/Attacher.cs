using System.Globalization;
using WsFanout.Messages;
using WsFanout.Nats;

namespace WsFanout.Intake;

/// <summary>
/// Puts the intake (back) onto the stream: decides whether it is still the stream that the cursor was read from, creates a consumer right
/// behind the cursor, and tells exactly what is missing in between.
/// </summary>
/// <remarks>The intake only.</remarks>
internal sealed partial class Attacher
{
    /// <summary>A leader that was just elected may not have caught up with its own log when it is asked first.</summary>
    private static readonly TimeSpan SecondLook = TimeSpan.FromMilliseconds(200);

    private readonly StreamConsumers _consumers;
    private readonly StreamEnsurer _ensurer;
    private readonly StreamLedger _ledger;
    private readonly StreamTail _tail;
    private readonly SameStream _same;
    private readonly StreamOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    // Another stream was found, and following it has not begun: the cursor is still the old one's, the History may be half the new one's.
    private bool _isStarting;

    public Attacher(
        NatsJSContext js, StreamConsumers consumers, StreamEnsurer ensurer, StreamLedger ledger, StreamTail tail, IntakeContext context, ILogger<Attacher> logger)
    {
        _consumers = consumers;
        _ensurer = ensurer;
        _ledger = ledger;
        _tail = tail;
        _same = new SameStream(js, context.Options.StreamName);
        _options = context.Options;
        _time = context.Time;
        _logger = logger;
    }

    /// <summary>Looks at the stream before it is attached.</summary>
    /// <returns>Where to start, when it is another stream than before or the first; null when it is the one that was read.</returns>
    /// <exception cref="AttachRefusedException">Somebody has to act.</exception>
    /// <exception cref="NatsException">The broker did not answer or refused.</exception>
    public async Task<StreamStart?> LookAsync(CancellationToken cancellationToken)
    {
        var (stream, epoch) = await SeeAsync(cancellationToken);
        if (_ledger.Position.Epoch == epoch && stream.State.LastSeq < _ledger.Position.Sequence)
        {
            await Task.Delay(SecondLook, _time, cancellationToken);
            (stream, epoch) = await SeeAsync(cancellationToken);
        }

        var contradiction = await _same.ContradictionAsync(stream, epoch, _ledger, cancellationToken);
        if (contradiction is null && !_isStarting) return null;

        var (start, isEnd) = StartOf(stream, epoch);
        if (!_isStarting && contradiction is { Length: > 0 }) LogReset(_options.StreamName, contradiction, start.Sequence);
        _isStarting = true;
        return new StreamStart(start, await _same.TryAnchorAsync(start.Sequence, stream, cancellationToken), isEnd, stream.State);
    }

    /// <summary>Makes the consumer that is read from; what the stream no longer holds behind the cursor is told as a hole.</summary>
    /// <exception cref="NatsException">The broker did not answer or refused, or the stream was replaced since the look.</exception>
    public async Task<Attachment> AttachAsync(CancellationToken cancellationToken)
    {
        _isStarting = false;
        var wanted = _ledger.Position.Sequence + 1;
        var consumer = await _consumers.CreateAsync(
            new ConsumerConfig { DeliverPolicy = ConsumerConfigDeliverPolicy.ByStartSequence, OptStartSeq = wanted }, cancellationToken: cancellationToken);
        try
        {
            // Between our look at the stream and the consumer it may have become another one, whose numbers may reach as far.
            var (now, epoch) = await SeeAsync(cancellationToken);
            if (consumer.First < wanted || epoch != _ledger.Position.Epoch) throw new NatsException("the stream was replaced while being attached");

            if (consumer.First > wanted)
            {
                var hole = await _ledger.HoleAsync(consumer.First - 1, "attach", cancellationToken);
                LogHole(_options.StreamName, hole.From, hole.To);
            }

            return new Attachment(consumer, now.Config.DuplicateWindow);
        }
        catch
        {
            await _consumers.DeleteAsync(consumer);
            throw;
        }
    }

    private async Task<(StreamInfo Stream, string Epoch)> SeeAsync(CancellationToken cancellationToken)
    {
        var lookedAt = _time.GetTimestamp();
        var stream = await _ensurer.EnsureAsync(cancellationToken);
        var epoch = StreamEpoch.Of(_options.StreamName, stream.Created);
        _tail.Saw(epoch, stream.State.LastSeq, lookedAt);
        return (stream, epoch);
    }

    /// <summary>
    /// Where another stream is followed from. At the first attach, from its end. A stream that was created after our last message holds
    /// only what nobody has seen: from its beginning. A copy that was restored holds what was seen already: from its end.
    /// </summary>
    private (Position Start, bool IsEnd) StartOf(StreamInfo stream, string epoch)
    {
        var before = _ledger.Position;
        var state = stream.State;
        var hasDate = DateTimeOffset.TryParse(stream.Created, CultureInfo.InvariantCulture, out var created);
        var createdMs = hasDate ? created.ToUnixTimeMilliseconds() : 0;
        return before.Epoch.Length > 0 && before.Epoch != epoch && createdMs > 0 && createdMs >= before.TimestampMs
            ? (new Position(epoch, Math.Max(0, state.FirstSeq - 1), createdMs), false)
            : (new Position(epoch, state.LastSeq, state.LastTime?.ToUnixTimeMilliseconds() ?? 0), true);
    }

    [LoggerMessage(LogLevel.Warning, "Stream {Stream} is another one than before: {Contradiction}. Clients are told to reset; it is followed from behind {Sequence}.")]
    private partial void LogReset(string stream, string contradiction, long sequence);

    [LoggerMessage(LogLevel.Warning, "Stream {Stream} no longer holds {From} to {To}: a gap is announced to every client.")]
    private partial void LogHole(string stream, long from, long to);
}
