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
    private const int NoMessageFound = 10037;

    /// <summary>The broker forgets a consumer that nobody pulls from for this long; longer than any pause should be.</summary>
    private static readonly TimeSpan ConsumerInactivity = TimeSpan.FromMinutes(5);

    private readonly NatsConnection _connection;
    private readonly NatsJSContext _js;
    private readonly StreamEnsurer _ensurer;
    private readonly StreamLedger _ledger;
    private readonly StreamOptions _options;
    private readonly ILogger _logger;

    private int _serial;

    public Attacher(NatsConnection connection, StreamEnsurer ensurer, StreamLedger ledger, StreamOptions options, ILogger<Attacher> logger)
    {
        _connection = connection;
        _js = new NatsJSContext(connection);
        _ensurer = ensurer;
        _ledger = ledger;
        _options = options;
        _logger = logger;
    }

    /// <exception cref="AttachRefusedException">Somebody has to act.</exception>
    /// <exception cref="NatsException">The broker did not answer or refused.</exception>
    public async Task<Attachment> AttachAsync(CancellationToken cancellationToken)
    {
        var stream = await _ensurer.EnsureAsync(cancellationToken);
        var epoch = StreamEpoch.Of(_options.StreamName, stream.Created);
        if (await Contradiction(stream, epoch, cancellationToken) is { } contradiction)
        {
            var start = StartOf(stream, epoch);
            if (contradiction.Length > 0) LogReset(_options.StreamName, contradiction, start.Sequence);
            await _ledger.ResetAsync(start, cancellationToken);
        }

        return await CreateConsumerAsync(stream, epoch, cancellationToken);
    }

    /// <summary>Removes a consumer that is no longer used; it would go by itself, only later.</summary>
    public async Task DetachAsync(Attachment attachment, CancellationToken cancellationToken)
    {
        attachment.Inbox.Dispose();
        try
        {
            await _js.DeleteConsumerAsync(_options.StreamName, attachment.Consumer, cancellationToken);
        }
        catch (Exception gone) when (gone is NatsException or OperationCanceledException)
        {
            LogNotDeleted(attachment.Consumer, gone.Message);
        }
    }

    /// <summary>Why the stream is not the one that the cursor was read from.</summary>
    /// <returns>Null when nothing speaks against it; empty when there was no cursor yet.</returns>
    private async Task<string?> Contradiction(StreamInfo stream, string epoch, CancellationToken cancellationToken)
    {
        var cursor = _ledger.Position;
        if (cursor.Epoch.Length == 0) return "";
        if (cursor.Epoch != epoch) return "it was created anew";
        if (stream.State.LastSeq < cursor.Sequence)
        {
            return string.Create(CultureInfo.InvariantCulture, $"its last message is {stream.State.LastSeq}, {cursor.Sequence} was already read");
        }

        if (_ledger.CursorNanos == 0 || cursor.Sequence < stream.State.FirstSeq) return null;
        try
        {
            var stored = await _js.GetMessageAsync(_options.StreamName, cursor.Sequence, cancellationToken);
            return stored.TimestampNanos == _ledger.CursorNanos
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"its message {cursor.Sequence} is another one than was read");
        }
        catch (NatsJSApiException deleted) when (deleted.ErrCode == NoMessageFound)
        {
            return null;
        }
    }

    /// <summary>
    /// Where another stream is followed from. At the first attach, from its end. A stream that was created after our last message holds
    /// only what nobody has seen: from its beginning. A copy that was restored holds what was seen already: from its end.
    /// </summary>
    private Position StartOf(StreamInfo stream, string epoch)
    {
        var before = _ledger.Position;
        var state = stream.State;
        var hasDate = DateTimeOffset.TryParse(stream.Created, CultureInfo.InvariantCulture, out var created);
        var createdMs = hasDate ? created.ToUnixTimeMilliseconds() : 0;
        return before.Epoch.Length > 0 && createdMs > 0 && createdMs >= before.TimestampMs
            ? new Position(epoch, Math.Max(0, state.FirstSeq - 1), createdMs)
            : new Position(epoch, state.LastSeq, state.LastTime?.ToUnixTimeMilliseconds() ?? 0);
    }

    private async Task<Attachment> CreateConsumerAsync(StreamInfo stream, string epoch, CancellationToken cancellationToken)
    {
        var wanted = _ledger.Position.Sequence + 1;
        var name = string.Create(CultureInfo.InvariantCulture, $"{_options.ConsumerPrefix}_{_options.InstanceId}_{++_serial}");

        // Two pulls of a batch may be open at once; each may be answered by status frames as well.
        var inbox = _connection.Subscribe(_connection.NewInbox(), (_options.PullBatch * 2) + 64);
        var attachment = new Attachment(name, inbox);
        try
        {
            var consumer = await _js.CreateConsumerAsync(_options.StreamName, ConfigOf(name, wanted), cancellationToken);
            var start = consumer.Delivered.StreamSeq + 1;
            if (start < wanted)
            {
                // Between our look at the stream and this answer it became another one.
                LogReset(_options.StreamName, "it was replaced while being attached", stream.State.LastSeq);
                await DetachAsync(attachment, cancellationToken);
                await _ledger.ResetAsync(new Position(epoch, start - 1, stream.State.LastTime?.ToUnixTimeMilliseconds() ?? 0), cancellationToken);
                throw new NatsException("the stream was replaced while being attached");
            }

            if (start > wanted)
            {
                var hole = await _ledger.HoleAsync(start - 1, "attach", cancellationToken);
                LogHole(_options.StreamName, hole.From, hole.To);
            }

            return attachment;
        }
        catch
        {
            inbox.Dispose();
            throw;
        }
    }

    private static ConsumerConfig ConfigOf(string name, long start) => new()
    {
        Name = name,
        DeliverPolicy = ConsumerConfigDeliverPolicy.ByStartSequence,
        OptStartSeq = start,
        AckPolicy = ConsumerConfigAckPolicy.None,
        ReplayPolicy = ConsumerConfigReplayPolicy.Instant,
        InactiveThreshold = ConsumerInactivity,
        NumReplicas = 1,
        MemStorage = true,
    };

    [LoggerMessage(LogLevel.Warning, "Stream {Stream} is another one than before: {Contradiction}. Clients are told to reset; it is followed from behind {Sequence}.")]
    private partial void LogReset(string stream, string contradiction, long sequence);

    [LoggerMessage(LogLevel.Warning, "Stream {Stream} no longer holds {From} to {To}: a gap is announced to every client.")]
    private partial void LogHole(string stream, long from, long to);

    [LoggerMessage(LogLevel.Debug, "Consumer {Consumer} was not deleted: {Problem}")]
    private partial void LogNotDeleted(string consumer, string problem);
}
