using WsFanout.Fanout;
using WsFanout.Messages;
using WsFanout.Nats;

namespace WsFanout.Intake;

/// <summary>
/// Reads a JetStream stream for ever: attaches right behind the cursor, pulls on credit, and on any trouble attaches again. The entrance of
/// the server when a broker is given.
/// </summary>
internal sealed partial class JetStreamIntake : IMessageSource
{
    /// <summary>Requests of the intake itself that may wait for the broker at once, whatever is published: far more than there ever are.</summary>
    private const int OwnRequests = 1024;

    private const string Disconnected = "disconnected";
    private const int JetStreamNotInAccount = 10039;
    private const int JetStreamNotInServer = 10076;

    private readonly NatsConnection _connection;
    private readonly NatsJSContext _js;
    private readonly StreamLedger _ledger;
    private readonly Ring _ring;
    private readonly IntakeContext _context;
    private readonly StreamConsumers _consumers;
    private readonly Attacher _attacher;
    private readonly Refill _refill;
    private readonly StreamHeadroom _headroom;
    private readonly StreamWatch _watch;
    private readonly JetStreamPublisher _publisher;
    private readonly RecreatePace _pace = new();
    private readonly MessageSizes _sizes = new();
    private readonly ILogger _logger;

    // The intake's loop only.
    private bool _lastWasUseless;

    private volatile IntakeState _state;

    // The intake's loop writes; whoever counts what waits here reads.
    private volatile Attachment? _attachment;

    public JetStreamIntake(StreamLedger ledger, StreamTail tail, Ring ring, IntakeContext context, PublishOptions publish, ILoggerFactory loggers)
    {
        var options = context.Options;
        _ledger = ledger;
        _ring = ring;
        _context = context;
        _logger = context.Logger;
        _connection = new NatsConnection(
            new NatsOpts
            {
                Servers = options.Servers,
                Name = options.InstanceId,

                // A message whose answer is late is offered a second time.
                MaxPendingRequests = (2 * publish.MaxPending) + OwnRequests,
                Username = options.User,
                Password = options.Password,
                Token = options.Token,
                TlsOpts = new NatsTlsOpts { CaFile = options.TlsCaFile, CertFile = options.TlsCertFile, KeyFile = options.TlsKeyFile },
            },
            context.Time,
            loggers.CreateLogger<NatsConnection>());
        _js = new NatsJSContext(_connection);
        var ensurer = new StreamEnsurer(_js, options, loggers.CreateLogger<StreamEnsurer>());
        _consumers = new StreamConsumers(_connection, options, loggers.CreateLogger<StreamConsumers>());
        _attacher = new Attacher(_js, _consumers, ensurer, ledger, tail, context, loggers.CreateLogger<Attacher>());
        _refill = new Refill(_js, _consumers, ensurer, ledger, _sizes, context);
        _headroom = new StreamHeadroom(options.StreamName, ledger, Waiting, context.Time);
        _watch = new StreamWatch(_connection, _headroom, tail, context.Governor.Gate, options, context.Time);
        _publisher = new JetStreamPublisher(_connection, options, publish.Timeout / 2, context.Time);
        _state = new IntakeState(false, false, "starting", "not attached to the stream yet", context.Time.GetTimestamp());
        context.Metrics.Observe(
            () => _connection.ConnectionState == NatsConnectionState.Open,
            () => Math.Max(0, _connection.ReconnectCount),
            () => _headroom.Lag,
            () => _headroom.Seconds,
            () => _headroom.Lost,
            () => context.Governor.Gate.ClosedFor.TotalSeconds);
        context.Metrics.ObserveAttached(() => _state.Attached);
    }

    public IntakeState State => _state;

    public double HeadroomSeconds => _headroom.HasAll ? double.PositiveInfinity : _headroom.Seconds;

    public long UnreadMessages => _headroom.Lag;

    public bool IsBehind => _headroom.Lag > _context.Options.PullBatch;

    public long MaxPayload => _connection.ServerInfo?.MaxPayload ?? long.MaxValue;

    public async Task RunAsync(CancellationToken stopping)
    {
        _connection.Start();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var serving = ServeAsync(ending.Token);
        var watching = _watch.RunAsync(ending.Token);
        try
        {
            // None of them ends by itself: the first that does is a fault, and the process must not go on half alive.
            await await Task.WhenAny(serving, watching, _connection.Completion);
        }
        finally
        {
            await ending.CancelAsync();
            await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            // Told to stop while attaching: the consumer may have been made all the same.
            await _consumers.DeleteLeftBehindAsync(CancellationToken.None);
        }
    }

    public PublishResult? TryPublish(string channel, ReadOnlyMemory<byte> payload) => null;

    public Task<PublishResult> PublishAsync(string channel, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        _publisher.PublishAsync(channel, payload, cancellationToken);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private int Waiting() => _attachment?.Consumer.Inbox.Msgs.Count ?? 0;

    private async Task ServeAsync(CancellationToken stopping)
    {
        while (true)
        {
            await ServeConsumerAsync(stopping);
            await Task.Delay(_pace.Next(), _context.Time, stopping);
        }
    }

    /// <summary>One consumer from its creation to its trouble.</summary>
    private async Task ServeConsumerAsync(CancellationToken stopping)
    {
        Attachment? attachment = null;
        PullLoop? loop = null;
        try
        {
            await WaitForConnectionAsync(stopping);
            if (await _attacher.LookAsync(stopping) is { } start)
            {
                Refilling();
                await _refill.RunAsync(start, stopping);
                _state = _state with { IsRefilling = false };
            }

            attachment = await _attacher.AttachAsync(stopping);
            _headroom.Forget();
            _attachment = attachment;
            _publisher.DuplicateWindow = attachment.DuplicateWindow;
            _context.Metrics.ConsumerCreated();
            loop = new PullLoop(_js, attachment, _ledger, _ring, _sizes, _headroom, _context);
            var running = loop.RunAsync(stopping);

            // After a consumer that brought nothing (pulling may be forbidden), being created proves nothing any more.
            if (_lastWasUseless) await Task.WhenAny(loop.Proof, running);
            if (!_lastWasUseless || loop.Proof.IsCompleted) Attached();
            var trouble = await running;
            Away("consumer_lost", trouble);
        }
        catch (AttachRefusedException refused)
        {
            Away(refused.Reason, refused.Message);
        }
        catch (NatsException failed)
        {
            Away(ReasonOf(failed), failed.Message);
        }
        finally
        {
            // Only a consumer that brought something ends the pauses: one that is lost again and again right away must not be made without them.
            if (loop is not null) _lastWasUseless = !loop.Proof.IsCompleted;
            if (loop is { Proof.IsCompleted: true }) _pace.Reset();

            _attachment = null;

            // Best effort, also when told to stop: what can't be deleted goes by itself.
            if (attachment is not null) await _consumers.DeleteAsync(attachment.Consumer);
        }
    }

    private async Task WaitForConnectionAsync(CancellationToken stopping)
    {
        var open = _connection.WaitUntilOpenAsync(stopping);
        while (!open.IsCompleted)
        {
            // What keeps the connection from opening can change while it does.
            await Task.WhenAny(open, Task.Delay(TimeSpan.FromSeconds(1), _context.Time, stopping));
            if (!open.IsCompleted) Away(Disconnected, _connection.LastError ?? "not connected to the broker");
        }

        await open;
    }

    private void Attached()
    {
        _state = new IntakeState(true, true, null, null, _context.Time.GetTimestamp());
        LogAttached(_context.Options.StreamName, _ledger.Position.Sequence, _connection.ServerInfo?.ServerName ?? "?");
    }

    private void Refilling() =>
        _state = _state with { Attached = false, Reason = "refilling", Detail = "the replay window is being read from the stream", IsRefilling = true };

    private void Away(string reason, string detail)
    {
        var state = _state;

        // Without a connection the detail changes with each attempt, and the connection says that itself.
        if (state.Attached || state.Reason != reason || (reason != Disconnected && state.Detail != detail)) LogAway(_context.Options.StreamName, reason, detail);

        // Away since the last time it was attached, not since the last change of the reason.
        _state = new IntakeState(state.EverAttached, false, reason, detail, state.Attached ? _context.Time.GetTimestamp() : state.Since) { IsRefilling = state.IsRefilling };
    }

    private static string ReasonOf(NatsException failed) => failed switch
    {
        NatsNoRespondersException => "jetstream_off",
        NatsPermissionException => "not_permitted",
        NatsTimeoutException => "no_answer",
        NatsNotConnectedException => Disconnected,
        NatsJSApiException { ErrCode: JetStreamNotInAccount or JetStreamNotInServer } => "jetstream_off",
        NatsJSApiException => "refused",
        _ => "broker_error",
    };

    [LoggerMessage(LogLevel.Information, "Attached to stream {Stream} behind {Sequence} at {Broker}.")]
    private partial void LogAttached(string stream, long sequence, string broker);

    [LoggerMessage(LogLevel.Warning, "Not attached to stream {Stream}: {Reason}: {Detail}")]
    private partial void LogAway(string stream, string reason, string detail);
}
