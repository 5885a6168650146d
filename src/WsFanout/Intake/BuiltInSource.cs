using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using WsFanout.Governor;
using WsFanout.Messages;

namespace WsFanout.Intake;

/// <summary>The stream of a server without a broker: in memory, filled by publish requests, gone with the process.</summary>
/// <remarks>
/// Whoever publishes stores the message itself, in its turn, if nothing keeps it from being stored at once: no other thread has to wake for it. Else it
/// waits for the loop, which stores in the order in which they came.
/// </remarks>
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

    // Who has it owns the ledger, and the place at the ring's entrance.
    private readonly SemaphoreSlim _turn = new(1, 1);

    // The end of the last turn that outlasted its publish request; written by who had that turn, awaited by the loop.
    private volatile Task _handedOn = Task.CompletedTask;

    // Set by the loop when it begins.
    private CancellationToken _stopping;

    // The loop sets it, whoever has the turn reads it.
    private volatile bool _isOpen;

    // By Interlocked: publications that came to wait and that the loop is not done with.
    private int _before;

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

    public long UnreadMessages => 0;

    public bool IsBehind => false;

    public long MaxPayload { get; }

    public async Task RunAsync(CancellationToken stopping)
    {
        var epoch = RandomNumberGenerator.GetHexString(16, lowercase: true);
        _startedAtMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        _startedAt = _time.GetTimestamp();
        _stopping = stopping;
        await InTurnAsync(() => _ledger.ResetAsync(new Position(epoch, 0, _startedAtMs), default, stopping));
        _isOpen = true;
        _state = new IntakeState(true, true, null, null, _time.GetTimestamp());

        try
        {
            await StoreForEverAsync(stopping);
        }
        finally
        {
            _isOpen = false;

            // Who waits, perhaps for the end of a pause, must learn that nothing was stored; and nobody may begin to wait.
            _waiting.Writer.TryComplete();
            while (_waiting.Reader.TryRead(out var waiting)) waiting.Refuse();
        }
    }

    public PublishResult? TryPublish(string channel, ReadOnlyMemory<byte> payload)
    {
        var subject = Encoding.UTF8.GetBytes(_served.SubjectOf(channel));
        if (_served.Refusal(subject) is { } reason)
        {
            return PublishResult.Refused("bad_request", $"the channel's subject is outside what is served ({reason}; JS_SUBJECTS, WS_SUBJECT_PREFIX)");
        }

        return StoreAtOnce(subject, payload) is var stored and > 0 ? PublishResult.Stored(stored) : null;
    }

    public async Task<PublishResult> PublishAsync(string channel, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (TryPublish(channel, payload) is { } known) return known;

        var publication = new Publication(Encoding.UTF8.GetBytes(_served.SubjectOf(channel)), payload);
        using var givingUp = cancellationToken.Register(publication.GiveUp);
        try
        {
            Interlocked.Increment(ref _before);
            await _waiting.Writer.WriteAsync(publication, cancellationToken);
        }
        catch (Exception none) when (none is ChannelClosedException or OperationCanceledException)
        {
            Interlocked.Decrement(ref _before);
            if (none is OperationCanceledException) throw;
            return Stopping();
        }

        return await publication.Stored is var sequence and > 0 ? PublishResult.Stored(sequence) with { HandedOnAt = publication.ClaimedAt } : Stopping();
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
                await InTurnAsync(Tick);
                ticked = tick.WaitForNextTickAsync(stopping).AsTask();
            }

            if (!posted.IsCompleted) continue;
            while (await MayTakeAsync(stopping) && _waiting.Reader.TryRead(out var publication)) await StoreAsync(publication);
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
            await InTurnAsync(Tick);
        }

        return true;
    }

    /// <returns>Its number; 0 when it has to wait: somebody stores right now or waits already, or overload or a limit of rate lets nothing in.</returns>
    private long StoreAtOnce(byte[] subject, ReadOnlyMemory<byte> payload)
    {
        if (Volatile.Read(ref _before) > 0 || !_turn.Wait(0)) return 0;
        var isHandedOn = false;
        try
        {
            if (!_isOpen || !_governor.Gate.IsOpen || _governor.Budget.Left(0, 0) <= 0) return 0;
            var sequence = Store(subject, payload, out var dealing);
            if (dealing.IsCompletedSuccessfully) return sequence;
            isHandedOn = true;
            _handedOn = EndTurnAsync(dealing);
            return sequence;
        }
        finally
        {
            if (!isHandedOn) _turn.Release();
        }
    }

    private async ValueTask StoreAsync(Publication publication)
    {
        try
        {
            await InTurnAsync(() =>
            {
                if (!publication.TryClaim()) return ValueTask.CompletedTask;
                publication.ClaimedAt = _time.GetTimestamp();
                publication.StoredAs(Store(publication.Subject, publication.Payload, out var dealing));
                return dealing;
            });
        }
        finally
        {
            Interlocked.Decrement(ref _before);
        }
    }

    /// <summary>In its turn only, which lasts until the message has been dealt.</summary>
    /// <returns>The message's number: it is stored, whether the ring has room for it or not.</returns>
    private long Store(byte[] subject, ReadOnlyMemory<byte> payload, out ValueTask dealing)
    {
        _governor.Budget.Took();
        var sequence = _ledger.Position.Sequence + 1;
        var nowMs = _startedAtMs + (long)_time.GetElapsedTime(_startedAt).TotalMilliseconds;
        var message = _ledger.Accept(subject, payload.Span, sequence, nowMs * NanosPerMillisecond);
        dealing = message is null ? ValueTask.CompletedTask : _ledger.DealAsync(message, _stopping);
        return sequence;
    }

    /// <summary>The ring is full: whoever publishes meanwhile waits for the loop, which also meets what goes wrong here.</summary>
    private async Task EndTurnAsync(ValueTask dealing)
    {
        try
        {
            await dealing;
        }
        finally
        {
            _turn.Release();
        }
    }

    private ValueTask Tick()
    {
        _ledger.Tick();
        return ValueTask.CompletedTask;
    }

    private async ValueTask InTurnAsync(Func<ValueTask> act)
    {
        await _turn.WaitAsync(_stopping);
        try
        {
            await _handedOn;
            await act();
        }
        finally
        {
            _turn.Release();
        }
    }
}
