using System.Globalization;
using System.Security.Cryptography;
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
    /// <summary>The broker forgets a consumer that nobody pulls from for this long; longer than any pause should be.</summary>
    private static readonly TimeSpan ConsumerInactivity = TimeSpan.FromMinutes(5);

    /// <summary>A leader that was just elected may not have caught up with its own log when it is asked first.</summary>
    private static readonly TimeSpan SecondLook = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan DeleteTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Names kept of consumers that may be left behind; above, they go by themselves.</summary>
    private const int MostLeftBehind = 16;

    private readonly NatsConnection _connection;
    private readonly NatsJSContext _js;
    private readonly StreamEnsurer _ensurer;
    private readonly StreamLedger _ledger;
    private readonly SameStream _same;
    private readonly StreamOptions _options;
    private readonly ILogger _logger;

    // Made, perhaps, with an answer that never came; or used, and the connection was gone when they were to be deleted.
    private readonly Queue<string> _leftBehind = new();

    private int _serial;

    public Attacher(NatsConnection connection, StreamEnsurer ensurer, StreamLedger ledger, StreamOptions options, ILogger<Attacher> logger)
    {
        _connection = connection;
        _js = new NatsJSContext(connection);
        _ensurer = ensurer;
        _ledger = ledger;
        _same = new SameStream(_js, options.StreamName);
        _options = options;
        _logger = logger;
    }

    /// <exception cref="AttachRefusedException">Somebody has to act.</exception>
    /// <exception cref="NatsException">The broker did not answer or refused.</exception>
    public async Task<Attachment> AttachAsync(CancellationToken cancellationToken)
    {
        var stream = await _ensurer.EnsureAsync(cancellationToken);
        var epoch = StreamEpoch.Of(_options.StreamName, stream.Created);
        if (_ledger.Position.Epoch == epoch && stream.State.LastSeq < _ledger.Position.Sequence)
        {
            await Task.Delay(SecondLook, cancellationToken);
            stream = await _ensurer.EnsureAsync(cancellationToken);
            epoch = StreamEpoch.Of(_options.StreamName, stream.Created);
        }

        if (await _same.ContradictionAsync(stream, epoch, _ledger, cancellationToken) is { } contradiction)
        {
            var start = StartOf(stream, epoch);
            if (contradiction.Length > 0) LogReset(_options.StreamName, contradiction, start.Sequence);
            await _ledger.ResetAsync(start, await _same.TryAnchorAsync(start.Sequence, stream, cancellationToken), cancellationToken);
        }

        // Before the new one: where few consumers are allowed, old ones may take its place.
        await DeleteLeftBehindAsync(cancellationToken);
        return await CreateConsumerAsync(epoch, cancellationToken);
    }

    /// <summary>Removes a consumer that is no longer used; it would go by itself, only later.</summary>
    public Task DetachAsync(Attachment attachment)
    {
        attachment.Inbox.Dispose();
        return DeleteAsync(attachment.Consumer, CancellationToken.None);
    }

    private async Task DeleteLeftBehindAsync(CancellationToken cancellationToken)
    {
        // Who doesn't answer for one won't for the others.
        for (var left = _leftBehind.Count; left > 0; left--)
        {
            if (!await DeleteAsync(_leftBehind.Dequeue(), cancellationToken)) return;
        }
    }

    /// <returns>False when it is to be tried again.</returns>
    private async Task<bool> DeleteAsync(string consumer, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(DeleteTimeout);
        try
        {
            await _js.DeleteConsumerAsync(_options.StreamName, consumer, limit.Token);
            return true;
        }
        catch (Exception gone) when (gone is NatsException or OperationCanceledException)
        {
            LogNotDeleted(consumer, gone.Message);
            var isOver = gone is NatsJSApiException or NatsPermissionException;
            if (!isOver) LeftBehind(consumer);
            return isOver;
        }
    }

    private void LeftBehind(string consumer)
    {
        if (_leftBehind.Count == MostLeftBehind) _leftBehind.Dequeue();
        _leftBehind.Enqueue(consumer);
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

    private async Task<Attachment> CreateConsumerAsync(string epoch, CancellationToken cancellationToken)
    {
        var wanted = _ledger.Position.Sequence + 1;

        // Random, not only counted: two processes may have been given the same instance, and one's consumer must never be taken for the other's.
        var name = string.Create(CultureInfo.InvariantCulture, $"{_options.ConsumerPrefix}_{_options.InstanceId}_{++_serial}_{RandomNumberGenerator.GetHexString(6, lowercase: true)}");

        // Two pulls of a batch may be open at once; each may be answered by status frames as well.
        var inbox = _connection.Subscribe(_connection.NewInbox(), (_options.PullBatch * 2) + 64);
        try
        {
            var consumer = await _js.CreateConsumerAsync(_options.StreamName, ConfigOf(name, wanted), cancellationToken);
            var start = consumer.Delivered.StreamSeq + 1;

            // Between our look at the stream and the consumer it may have become another one, whose numbers may reach as far.
            var now = await _ensurer.EnsureAsync(cancellationToken);
            if (start < wanted || StreamEpoch.Of(_options.StreamName, now.Created) != epoch) throw new NatsException("the stream was replaced while being attached");

            if (start > wanted)
            {
                var hole = await _ledger.HoleAsync(start - 1, "attach", cancellationToken);
                LogHole(_options.StreamName, hole.From, hole.To);
            }

            return new Attachment(name, inbox, now.Config.DuplicateWindow);
        }
        catch
        {
            // Perhaps it was made: now if that can be said, else once the broker answers again.
            inbox.Dispose();
            LeftBehind(name);
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
