using System.Security.Cryptography;
using System.Threading.Channels;
using WsFanout.Governor;
using WsFanout.Messages;

namespace WsFanout.Intake;

/// <summary>The stream of a server without a broker: in memory, filled by publish requests, gone with the process.</summary>
internal sealed class BuiltInSource : IMessageSource
{
    private const long NanosPerMillisecond = 1_000_000;

    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RateInterval = TimeSpan.FromMilliseconds(10);

    private readonly StreamLedger _ledger;
    private readonly ServedSubjects _served;
    private readonly LoadGovernor _governor;
    private readonly TimeProvider _time;

    // Publish requests wait here, at most the settings' pending ones: the endpoint refuses more.
    private readonly Channel<Publication> _waiting;

    // Set once, when it starts: from then on only time that passes counts, wherever the machine's clock is put.
    private long _startedAtMs;
    private long _startedAt;

    private volatile IntakeState _state;

    public BuiltInSource(StreamLedger ledger, ServedSubjects served, PublishOptions options, LoadGovernor governor, TimeProvider time)
    {
        _governor = governor;
        _ledger = ledger;
        _served = served;
        _time = time;
        MaxPayload = options.MaxBytes;
        _waiting = System.Threading.Channels.Channel.CreateBounded<Publication>(new BoundedChannelOptions(options.MaxPending) { SingleReader = true });
        _state = new IntakeState(false, false, "starting", "the built-in source has not started yet", time.GetTimestamp());
    }

    public IntakeState State => _state;

    public double HeadroomSeconds => double.PositiveInfinity;

    public bool IsBehind => false;

    public long MaxPayload { get; }

    public async Task RunAsync(CancellationToken stopping)
    {
        var epoch = RandomNumberGenerator.GetHexString(16, lowercase: true);
        _startedAtMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        _startedAt = _time.GetTimestamp();
        await _ledger.ResetAsync(new Position(epoch, 0, _startedAtMs), default, stopping);
        _state = new IntakeState(true, true, null, null, _time.GetTimestamp());

        try
        {
            await StoreForEverAsync(stopping);
        }
        finally
        {
            // Who waits, perhaps for the end of a pause, must learn that nothing was stored; and nobody may begin to wait.
            _waiting.Writer.TryComplete();
            while (_waiting.Reader.TryRead(out var waiting)) waiting.Refuse();
        }
    }

    public async Task<PublishResult> PublishAsync(string channel, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var subject = System.Text.Encoding.UTF8.GetBytes(_served.SubjectOf(channel));
        if (_served.Refusal(subject) is { } reason)
        {
            return PublishResult.Refused("bad_request", $"the channel's subject is outside what is served ({reason}; JS_SUBJECTS, WS_SUBJECT_PREFIX)");
        }

        var publication = new Publication(subject, payload);
        using var givingUp = cancellationToken.Register(publication.GiveUp);
        try
        {
            await _waiting.Writer.WriteAsync(publication, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            return Stopping();
        }

        return await publication.Stored is var sequence and > 0 ? PublishResult.Stored(sequence) : Stopping();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static PublishResult Stopping() => PublishResult.Refused("unavailable", "the server is about to stop; it is not stored");

    private async Task StoreForEverAsync(CancellationToken stopping)
    {
        using var tick = new PeriodicTimer(TickInterval, _time);
        var ticked = tick.WaitForNextTickAsync(stopping).AsTask();
        var posted = _waiting.Reader.WaitToReadAsync(stopping).AsTask();
        while (true)
        {
            await await Task.WhenAny(posted, ticked);
            if (ticked.IsCompleted)
            {
                _ledger.Tick();
                ticked = tick.WaitForNextTickAsync(stopping).AsTask();
            }

            if (!posted.IsCompleted) continue;
            while (await MayTakeAsync(stopping) && _waiting.Reader.TryRead(out var publication)) await StoreAsync(publication, stopping);
            posted = _waiting.Reader.WaitToReadAsync(stopping).AsTask();
        }
    }

    /// <summary>Waits while overload or a limit of rate lets nothing in; publish requests wait with it, each for its own time.</summary>
    /// <returns>True; to be asked before each message.</returns>
    private async ValueTask<bool> MayTakeAsync(CancellationToken stopping)
    {
        while (!_governor.Gate.IsOpen || _governor.Budget.Left(0, 0) <= 0)
        {
            await Task.WhenAny(_governor.Gate.IsOpen ? Task.Delay(RateInterval, _time, stopping) : _governor.Gate.WhenOpen(), Task.Delay(TickInterval, _time, stopping));
            stopping.ThrowIfCancellationRequested();
            _ledger.Tick();
        }

        return true;
    }

    private async ValueTask StoreAsync(Publication publication, CancellationToken stopping)
    {
        if (!publication.TryClaim()) return;

        _governor.Budget.Took();
        var sequence = _ledger.Position.Sequence + 1;
        var nowMs = _startedAtMs + (long)_time.GetElapsedTime(_startedAt).TotalMilliseconds;
        var message = _ledger.Accept(publication.Subject, publication.Payload.Span, sequence, nowMs * NanosPerMillisecond);
        publication.StoredAs(sequence);
        if (message is not null) await _ledger.DealAsync(message, stopping);
    }
}
