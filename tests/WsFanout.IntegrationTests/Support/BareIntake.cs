using Microsoft.Extensions.Logging.Abstractions;
using WsFanout.Fanout;
using WsFanout.Governor;
using WsFanout.History;
using WsFanout.Intake;
using WsFanout.Messages;
using WsFanout.Telemetry;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests.Support;

/// <summary>The intake on a real broker with History and ring behind it and nobody who reads them: a test sees what clients will be served from.</summary>
internal sealed class BareIntake : IAsyncDisposable
{
    private readonly Meters _meters = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly JetStreamIntake _intake;
    private readonly Task _running;

    /// <param name="broker">Where it connects.</param>
    /// <param name="options">Which stream, without servers.</param>
    public BareIntake(Uri broker, StreamOptions options, bool isOverloaded = false)
    {
        var time = TimeProvider.System;
        var governor = new LoadGovernor(new GovernorOptions(), new GovernorMetrics(_meters), time, NullLogger<LoadGovernor>.Instance);
        if (isOverloaded) governor.Gate.Close();
        var metrics = new IntakeMetrics(_meters);
        options = options with { Servers = [broker] };
        History = new MessageHistory(new HistoryOptions { MaxAge = TimeSpan.FromHours(1), MessagesPerChannel = 10_000 }, new HistoryMetrics(_meters));
        Ring = new Ring(new FanoutOptions(), 1);
        Ledger = new StreamLedger(new ServedSubjects(options), History, Ring, metrics, time);
        Tail = new StreamTail(() => Ledger.Position, time, isWhole: false);
        _intake = new JetStreamIntake(Ledger, Tail, Ring, new IntakeContext(options, governor, metrics, time, NullLogger.Instance), new PublishOptions(), NullLoggerFactory.Instance);
        _running = _intake.RunAsync(_stop.Token);
    }

    public MessageHistory History { get; }

    public Ring Ring { get; }

    public StreamLedger Ledger { get; }

    public StreamTail Tail { get; }

    public IntakeState State => _intake.State;

    /// <summary>What the workers have been given.</summary>
    public IReadOnlyList<StreamEntry> Dealt => [.. Enumerable.Range(0, (int)Ring.Head).Select(i => Ring[i])];

    /// <summary>Every message held, in stream order.</summary>
    /// <param name="channels">Those that may hold some.</param>
    public IReadOnlyList<Message> Held(params string[] channels)
    {
        var held = new List<Message>();
        foreach (var channel in channels)
        {
            for (var message = History.Find(channel)?.Newest; message is not null; message = message.Older) held.Add(message);
        }

        return [.. held.OrderBy(message => message.Sequence)];
    }

    public Task UntilAttachedAsync() => Wait.UntilAsync(() => State.Attached, "the intake should be attached", TimeSpan.FromSeconds(30));

    public Task UntilReadAsync(long sequence) => Wait.UntilAsync(() => Ledger.Position.Sequence >= sequence, $"message {sequence} should be read");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _intake.DisposeAsync();
        _stop.Dispose();
        _meters.Dispose();
    }
}
