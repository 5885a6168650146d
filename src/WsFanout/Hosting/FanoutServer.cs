using System.Net;
using WsFanout.Clients;
using WsFanout.Clients.Tokens;
using WsFanout.Fanout;
using WsFanout.Governor;
using WsFanout.Governor.Entry;
using WsFanout.Governor.Meters;
using WsFanout.History;
using WsFanout.Hosting.Endpoints;
using WsFanout.Hosting.Endpoints.Publishing;
using WsFanout.Hosting.Settings;
using WsFanout.Hosting.Tls;
using WsFanout.Intake;
using WsFanout.Messages;
using WsFanout.Telemetry;
using WsFanout.Transport.Direct;

namespace WsFanout.Hosting;

/// <summary>One whole server, composed in the order of the flow: intake, History, ring, workers, listener. Starts exit first, stops entrance first.</summary>
internal sealed partial class FanoutServer : IAsyncDisposable
{
    /// <summary>Clients closed in a second when a server is drained, as far as the time allows.</summary>
    private const int DrainPerSecond = 500;

    /// <summary>Kept of the drain timeout for what comes after the last client.</summary>
    private static readonly TimeSpan AfterDrain = TimeSpan.FromSeconds(1);

    /// <summary>For the intake to delete its consumer and end, when the drain has left that much.</summary>
    private static readonly TimeSpan SourceStopTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The same, when the drain has taken all that it may.</summary>
    private static readonly TimeSpan ShortestSourceStop = TimeSpan.FromMilliseconds(600);

    /// <summary>For requests that are still open when the listeners stop.</summary>
    private static readonly TimeSpan LastRequests = TimeSpan.FromMilliseconds(300);

    /// <summary>For the connection to the broker to say goodbye, once nothing depends on it any more.</summary>
    private static readonly TimeSpan LastGoodbye = TimeSpan.FromMilliseconds(300);

    private readonly ServerSettings _settings;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Meters _meters = new();
    private readonly PrometheusExporter _exporter;
    private readonly Workers _workers;
    private readonly IMessageSource _source;
    private readonly ServerState _state;
    private readonly Housekeeping _housekeeping;
    private readonly ILoggerFactory _loggers;
    private readonly Router _router;
    private readonly HttpListeners _listeners;
    private readonly LastPublishes _lastPublishes;
    private readonly DoorWatch _doorWatch;
    private readonly CancellationTokenSource _stopSource = new();
    private readonly CancellationTokenSource _stopHousekeeping = new();

    private Task _sourceRuns = Task.CompletedTask;
    private Task _housekeepingRuns = Task.CompletedTask;
    private Task _doorWatchRuns = Task.CompletedTask;

    public FanoutServer(SettingsResult result, string version, ILoggerFactory loggers, TimeProvider time)
    {
        _settings = result.Settings ?? throw new ArgumentException("settings with errors make no server", nameof(result));
        _loggers = loggers;
        _logger = loggers.CreateLogger<FanoutServer>();
        _time = time;

        var whyNotDirect = _settings.Host.IsDirect ? DirectWay.WhyNot() : null;
        var isDirect = _settings.Host.IsDirect && whyNotDirect is null;
        if (whyNotDirect is not null) LogNotDirect(whyNotDirect);
        var threads = _settings.Fanout.WorkerThreads;
        var fanoutMetrics = new FanoutMetrics(_meters, threads);
        var clientMetrics = new ClientMetrics(_meters, [.. CloseReason.All.Select(reason => reason.Label)], [.. Refusal.All.Select(refusal => refusal.Word)], [.. TokenProblem.All.Select(problem => problem.Word)]);
        var intakeMetrics = new IntakeMetrics(_meters);
        var publishMetrics = new PublishMetrics(_meters);
        var slots = new ConnectionSlots(_settings.Governor.MaxConnections);
        clientMetrics.ObserveSlots(() => slots.Taken, slots.Max);

        var ring = new Ring(_settings.Fanout, threads);
        var history = new MessageHistory(_settings.History, new HistoryMetrics(_meters));
        var ledger = new StreamLedger(new ServedSubjects(_settings.Stream), history, ring, intakeMetrics, time);
        var tail = new StreamTail(() => ledger.Position, time, isWhole: _settings.Stream.Servers.Count == 0);
        var governorMetrics = new GovernorMetrics(_meters);
        var governor = new LoadGovernor(_settings.Governor, governorMetrics, time, loggers.CreateLogger<LoadGovernor>());
        governor.Budget.Observe(() => fanoutMetrics.Dealt);
        _source = CreateSource(ledger, tail, ring, governor, intakeMetrics, loggers);
        var lateAfter = _settings.Governor.LateAfter;
        var tokens = _settings.Tokens is { } rules ? new TokenVerifier(rules, time) : null;
        _workers = new Workers(
            new WorkersSetup(_settings.Fanout, isDirect ? NewSockets : null, _settings.Clients, _settings.History.MaxChannels, lateAfter == TimeSpan.Zero ? TimeSpan.MaxValue : lateAfter, history, tail, fanoutMetrics, clientMetrics, time, tokens),
            ring,
            loggers);
        _state = new ServerState(_source, ledger, time);

        var measured = new ResourceMeters(_settings.Governor, _meters, _logger, time);
        var meters = new LoadMeters(measured.Cpu, measured.Memory, new LatenessMeter(() => fanoutMetrics.Punctuality, () => ring.OldestArrivedAt, lateAfter, time));
        _housekeeping = new Housekeeping(meters, governor, _workers, _source, _settings.Governor.CpuSampleInterval, time);
        RegisterMetrics(slots, governorMetrics, meters, version);
        var pace = new AcceptPace(_settings.Entry.RefusalsPerSecond, time);
        clientMetrics.ObservePauses(() => pace.Paused);
        _exporter = new PrometheusExporter(_meters);
        var origins = new OriginRule(_settings.Host.AllowedOrigins, _settings.Host.RequireOrigin);
        _router = new Router(
            new WebSocketEndpoint(_state, new EntryRules(origins, new HandshakeToken(tokens, _settings.Host.TakesQueryToken, clientMetrics)), new Admission(_settings.Entry, governor, slots, time, Random.Shared), _workers, _settings.Clients, clientMetrics),
            new PublishEndpoint(_state, new PublishGate(_state, _settings.Publish, _settings.Clients.MaxChannelLength, publishMetrics), publishMetrics),
            new HealthEndpoint(_state, new HealthFacts(version, time.GetUtcNow(), _settings.Stream.Servers.Count > 0, slots, meters, _settings.Governor, governor, ledger, ring)),
            _settings.Host.OffersTestPause ? new PauseEndpoint(governor) : null,
            _exporter,
            result,
            loggers.CreateLogger<Router>());
        var certificate = _settings.Host.Tls is { } files ? new ServerCertificate(files, time, loggers.CreateLogger<ServerCertificate>()) : null;
        if (certificate is not null) clientMetrics.ObserveCertificate(() => (certificate.ExpiresAt - time.GetUtcNow()).TotalSeconds);
        _listeners = new HttpListeners(_settings.Host, isDirect ? () => _workers.Next().Sockets! : null, certificate is null ? null : () => certificate.Options, _settings.Governor, pace, clientMetrics, publishMetrics, time);
        _lastPublishes = new LastPublishes(_state, _listeners, publishMetrics, 2 * _settings.Publish.Timeout, time);
        _doorWatch = new DoorWatch(() => EndPoint, () => _listeners.AcceptedCount, () => pace.Paused, time);
    }

    /// <summary>Where clients connect, once started.</summary>
    public IPEndPoint EndPoint => _listeners.EndPoint;

    /// <summary>Where everything but clients and the page is, once started; null when that is the same address.</summary>
    public IPEndPoint? AdminEndPoint => _listeners.AdminEndPoint;

    /// <summary>Where publishers connect, once started; null when they have no address of their own.</summary>
    public IPEndPoint? PublishEndPoint => _listeners.PublishEndPoint;

    /// <summary>Clients connected.</summary>
    public int ClientCount => _workers.ClientCount;

    /// <summary>Connections that the workers have: on the direct way those that are no clients too.</summary>
    public int ConnectionCount => _workers.ConnectionCount;

    /// <summary>Ends when something that must run for ever has ended; then the process can't go on.</summary>
    public async Task<string> FaultAsync()
    {
        var ended = await Task.WhenAny(_workers.FirstEnd, _sourceRuns, _housekeepingRuns, _listeners.Failure, _doorWatchRuns);
        var what = ended == _doorWatchRuns ? "the watch over the door" : ended == _listeners.Failure ? "the acceptor" : ended == _sourceRuns ? "the intake" : ended == _housekeepingRuns ? "the watch over the workers" : "a worker";
        return $"{what} has ended: {ended.Exception?.GetBaseException().ToString() ?? "without a reason"}";
    }

    /// <summary>Starts the workers, the intake, then the listeners.</summary>
    /// <exception cref="ListenFailedException">An address is in use, not this machine's, or unknown.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _workers.Start();
        _sourceRuns = RunSourceAsync();
        _housekeepingRuns = _housekeeping.RunAsync(_stopHousekeeping.Token);
        try
        {
            await _listeners.StartAsync(_router, _loggers, cancellationToken);
        }
        catch (ListenFailedException)
        {
            // Disposed under their running loops, the parts would report faults that are none.
            await StopSourceAsync(SourceStopTimeout);
            await _workers.StopAsync();
            await StopHousekeepingAsync();
            throw;
        }

        _doorWatchRuns = _doorWatch.RunAsync(_stopHousekeeping.Token);
        if (AdminEndPoint is { } admin) LogListeningOnBoth(EndPoint.ToString(), admin.ToString());
        else LogListening(EndPoint.ToString());
        if (PublishEndPoint is { } publish) LogListeningForPublishers(publish.ToString());
    }

    /// <summary>
    /// Closes the clients one after the other, each told to come back at a moment of its own, while messages still flow; then the intake, the
    /// workers, the listeners.
    /// </summary>
    /// <param name="timeout">From now to the end.</param>
    /// <exception cref="Exception">A worker has ended by a bug, or does not end.</exception>
    public async Task StopAsync(TimeSpan timeout)
    {
        var started = _time.GetTimestamp();
        _state.BeginDraining();
        var budget = timeout - AfterDrain > TimeSpan.Zero ? timeout - AfterDrain : timeout / 2;
        var clients = _workers.ClientCount;
        var window = TimeSpan.FromSeconds(Math.Min(budget.TotalSeconds / 2, clients / (double)DrainPerSecond));
        var returns = new ReturnSlots(clients, SuccessorRate);
        LogDraining(clients, window.TotalSeconds, returns.Window.TotalSeconds);
        _workers.Drain(new DrainOrder(started, window, returns));
        await WaitForLastClientAsync(started, budget);

        // Before the source, so that whoever has begun to publish is answered.
        await _lastPublishes.EndAsync(timeout - AfterDrain - _time.GetElapsedTime(started));

        // The workers last: on the direct way they carry the answers to requests that are still open.
        await StopSourceAsync(timeout - _time.GetElapsedTime(started));
        _workers.Cut();
        using var limit = new CancellationTokenSource(LastRequests, _time);
        await _listeners.StopAsync(limit.Token);
        await _workers.StopAsync().WaitAsync(AfterDrain, _time);
        await StopHousekeepingAsync();
        LogStopped();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopSource.CancelAsync();
        await _listeners.DisposeAsync();
        await Task.WhenAny(_source.DisposeAsync().AsTask(), Task.Delay(LastGoodbye, _time));
        _workers.Dispose();
        _exporter.Dispose();
        _meters.Dispose();
        _stopSource.Dispose();
        _stopHousekeeping.Dispose();
    }

    /// <summary>New clients a second that a server like this one takes in. Without a limit: as many as its CPU affords.</summary>
    private double SuccessorRate => double.IsFinite(_settings.Entry.PerSecond) ? _settings.Entry.PerSecond : _settings.Entry.AffordablePerSecond;

    private async Task StopSourceAsync(TimeSpan left)
    {
        var longest = TimeSpan.FromSeconds(Math.Clamp(left.TotalSeconds, ShortestSourceStop.TotalSeconds, SourceStopTimeout.TotalSeconds));
        await _stopSource.CancelAsync();
        await Task.WhenAny(_sourceRuns, Task.Delay(longest, _time));
    }

    private SocketLoop NewSockets() => new(new SocketLoopOptions { FirstByteTimeout = _settings.Host.HandshakeTimeout }, _time);

    private async Task StopHousekeepingAsync()
    {
        await _stopHousekeeping.CancelAsync();
        await Task.WhenAll(_housekeepingRuns, _doorWatchRuns).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunSourceAsync()
    {
        try
        {
            await _source.RunAsync(_stopSource.Token);
        }
        catch (OperationCanceledException) when (_stopSource.IsCancellationRequested)
        {
            // The normal end: the consumer has been deleted on the way out.
        }
    }

    private async Task WaitForLastClientAsync(long started, TimeSpan longest)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20), _time);

        // Those who enter are asked for first: whoever has entered since is a client by then.
        while ((_state.EnteringCount > 0 || _workers.ClientCount > 0) && _time.GetElapsedTime(started) < longest)
        {
            await poll.WaitForNextTickAsync();
        }

        if (_workers.ClientCount > 0) LogLeftBehind(_workers.ClientCount);
    }

    private IMessageSource CreateSource(StreamLedger ledger, StreamTail tail, Ring ring, LoadGovernor governor, IntakeMetrics metrics, ILoggerFactory loggers)
    {
        if (_settings.Stream.Servers.Count > 0)
        {
            var context = new IntakeContext(_settings.Stream, governor, metrics, _time, loggers.CreateLogger<JetStreamIntake>());
            return new JetStreamIntake(ledger, tail, ring, context, _settings.Publish, loggers);
        }

        // What a broker would tell is known without one.
        metrics.Observe(() => true, () => 0, () => 0, () => double.PositiveInfinity, () => 0, () => governor.Gate.ClosedFor.TotalSeconds);
        metrics.ObserveAttached(() => true);
        return new BuiltInSource(ledger, new ServedSubjects(_settings.Stream), _settings.Publish, governor, _time);
    }

    private void RegisterMetrics(ConnectionSlots slots, GovernorMetrics metrics, LoadMeters meters, string version)
    {
        const int fixedLoops = 20;
        var governor = _settings.Governor;
        metrics.Limits(governor.CpuRejectPercent, governor.CpuPausePercent, governor.MemoryLimitBytes, governor.MaxTasks);
        metrics.Observe(() => meters.Cpu.LimitCores, () => meters.Cpu.Percent, () => meters.Memory.Bytes, () => (2L * slots.Taken) + _settings.Fanout.WorkerThreads + fixedLoops);
        ProcessMetrics.Register(_meters, version, (int)Math.Min(int.MaxValue, MachineFacts.Read().DescriptorLimit));
    }

    [LoggerMessage(LogLevel.Warning, "The direct way to the wire does not work here, so clients come on the stream way, which costs more: {Reason}.")]
    private partial void LogNotDirect(string reason);

    [LoggerMessage(LogLevel.Information, "Listening on {Address}.")]
    private partial void LogListening(string address);

    [LoggerMessage(LogLevel.Information, "Listening on {Address} for clients and the page, on {AdminAddress} for everything else.")]
    private partial void LogListeningOnBoth(string address, string adminAddress);

    [LoggerMessage(LogLevel.Information, "Listening on {PublishAddress} for publishers, HTTP/2 with prior knowledge and HTTP/1.1.")]
    private partial void LogListeningForPublishers(string publishAddress);

    [LoggerMessage(LogLevel.Information, "Draining {Clients} clients over {Seconds:0.0} s, told to come back over {ReturnSeconds:0.0} s.")]
    private partial void LogDraining(int clients, double seconds, double returnSeconds);

    [LoggerMessage(LogLevel.Warning, "{Clients} clients did not close in time and are cut.")]
    private partial void LogLeftBehind(int clients);

    [LoggerMessage(LogLevel.Information, "Stopped.")]
    private partial void LogStopped();
}
