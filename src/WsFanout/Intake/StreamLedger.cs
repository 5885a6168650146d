using System.Globalization;
using WsFanout.Fanout;
using WsFanout.History;
using WsFanout.Messages;
using WsFanout.Telemetry;

namespace WsFanout.Intake;

/// <summary>
/// Accounts for every sequence number of the stream: turns what the source gives into entries of History and ring, in order, and keeps the
/// cursor. Sits between the source and the ring.
/// </summary>
/// <remarks>The intake only, but for <see cref="Position"/>, which anyone may read.</remarks>
internal sealed class StreamLedger
{
    private const long NanosPerMillisecond = 1_000_000;

    private readonly ServedSubjects _served;
    private readonly MessageHistory _history;
    private readonly Ring _ring;
    private readonly IntakeMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly StreamClock _clock;

    // The intake only: how far the History has been refilled.
    private Position _refilled;

    // The intake writes; published as one reference, so that a reader never sees half of it.
    private volatile Cursor _cursor = new(Position.None, default);

    public StreamLedger(ServedSubjects served, MessageHistory history, Ring ring, IntakeMetrics metrics, TimeProvider time)
    {
        _served = served;
        _history = history;
        _ring = ring;
        _metrics = metrics;
        _time = time;
        _clock = new StreamClock(time);
    }

    /// <summary>The last message accepted.</summary>
    public Position Position => _cursor.Position;

    /// <summary>The last message whose time is known to the nanosecond: what proves later that a stream is still the same. It stays through holes.</summary>
    public StreamAnchor Anchor => _cursor.Anchor;

    /// <summary>Takes the next message. Everything between the cursor and it becomes a hole.</summary>
    /// <param name="sequence">Above the cursor.</param>
    /// <param name="nanos">When the stream stored it. Unix nanoseconds.</param>
    /// <returns>The entry to be dealt; null when the message is not served.</returns>
    public Message? Accept(ReadOnlySpan<byte> subject, ReadOnlySpan<byte> payload, long sequence, long nanos)
    {
        _metrics.MessageTaken();
        var timestampMs = nanos / NanosPerMillisecond;
        var message = Encode(subject, payload, sequence, timestampMs);
        _clock.Saw(timestampMs);
        MoveTo(new Position(_cursor.Position.Epoch, sequence, timestampMs), new StreamAnchor(sequence, nanos));
        return message;
    }

    /// <summary>Whether <paramref name="sequence"/> follows the cursor; what lies between has to be told as a hole first.</summary>
    public bool Follows(long sequence) => sequence == _cursor.Position.Sequence + 1;

    /// <summary>Notes that the stream jumped over everything from behind the cursor to <paramref name="to"/>, and deals the hole.</summary>
    /// <param name="reason">One of <see cref="IntakeMetrics.HoleReasons"/>.</param>
    public async ValueTask<Hole> HoleAsync(long to, string reason, CancellationToken cancellationToken)
    {
        var position = _cursor.Position;
        var hole = Hole.Between(position.Sequence + 1, to, position.TimestampMs);
        _history.Add(hole);
        _metrics.HoleFound(reason, to - position.Sequence);
        MoveTo(position with { Sequence = to }, _cursor.Anchor);
        await DealAsync(hole, cancellationToken);
        return hole;
    }

    /// <summary>The stream is another one from here on, or the first.</summary>
    /// <param name="anchor">A message of it; default when none is known.</param>
    public async ValueTask ResetAsync(Position start, StreamAnchor anchor, CancellationToken cancellationToken)
    {
        _history.Clear(start);
        MoveTo(start, anchor);
        await DealAsync(Reset.To(start.Epoch, start.Sequence, start.TimestampMs, _history.Window.Generation), cancellationToken);
    }

    /// <summary>How far the History has been refilled.</summary>
    public long RefilledTo => _refilled.Sequence;

    /// <summary>
    /// The stream is another one, or the first, and the History is to be filled with what lies before the place from which it is followed. Until
    /// <see cref="EndRefillAsync"/> the position stays the old one.
    /// </summary>
    /// <param name="floor">What the first message to come follows.</param>
    public void BeginRefill(Position floor)
    {
        _history.Clear(floor);
        _refilled = floor;
    }

    /// <summary>
    /// Remembers a message from below the floor as the newest of its channel, for who asks for the last: it is neither dealt nor ever replayed.
    /// Between <see cref="BeginRefill"/> and the first <see cref="Refill"/>, in stream order.
    /// </summary>
    /// <param name="nanos">When the stream stored it. Unix nanoseconds.</param>
    public void RefillSilent(ReadOnlySpan<byte> subject, ReadOnlySpan<byte> payload, long sequence, long nanos)
    {
        // One that is not served was counted when it came.
        if (ServedChannel(subject, out _) is not { } channel) return;
        _history.AddSilent(channel, MessageEncoder.Encode(channel, sequence, 0, nanos / NanosPerMillisecond, payload, _time.GetTimestamp()));
    }

    /// <summary>What <see cref="RefillSilent"/> remembered may not be the last that was stored on its channel: it is vouched for as little as what was never seen.</summary>
    public void DoubtSilent() => _history.Doubt();

    /// <summary>Remembers a message that is not dealt; so too the hole before it, if there is one: nobody has missed it here.</summary>
    /// <param name="sequence">Above <see cref="RefilledTo"/>.</param>
    /// <param name="nanos">When the stream stored it. Unix nanoseconds.</param>
    public void Refill(ReadOnlySpan<byte> subject, ReadOnlySpan<byte> payload, long sequence, long nanos)
    {
        RefillHole(sequence - 1);
        var timestampMs = nanos / NanosPerMillisecond;
        Encode(subject, payload, sequence, timestampMs);
        _clock.Saw(timestampMs);
        _refilled = _refilled with { Sequence = sequence, TimestampMs = timestampMs };
    }

    /// <summary>From here on the stream is followed live.</summary>
    /// <param name="anchor">A message of it; default when none is known.</param>
    public async ValueTask EndRefillAsync(Position start, StreamAnchor anchor, CancellationToken cancellationToken)
    {
        RefillHole(start.Sequence);
        MoveTo(start, anchor);
        await DealAsync(Reset.To(start.Epoch, start.Sequence, start.TimestampMs, _history.Window.Generation), cancellationToken);
    }

    /// <summary>Gives an entry to the workers, waiting for room as long as it takes.</summary>
    public ValueTask DealAsync(StreamEntry entry, CancellationToken cancellationToken) =>
        _ring.TryAdd(entry) ? ValueTask.CompletedTask : _ring.AddAsync(entry, cancellationToken);

    /// <summary>Lets the History forget what has become too old while no message came.</summary>
    public void Tick()
    {
        if (_clock.NowMs is var now and > 0) _history.EvictByAge(now);
    }

    private void RefillHole(long to)
    {
        if (to <= _refilled.Sequence) return;
        _history.Add(Hole.Between(_refilled.Sequence + 1, to, _refilled.TimestampMs));
        _refilled = _refilled with { Sequence = to };
    }

    private Message? Encode(ReadOnlySpan<byte> subject, ReadOnlySpan<byte> payload, long sequence, long timestampMs)
    {
        if (ServedChannel(subject, out var reason) is not { } channel)
        {
            _metrics.MessageSkipped(reason);
            return null;
        }

        var message = MessageEncoder.Encode(channel, sequence, _history.PreviousOn(channel), timestampMs, payload, _time.GetTimestamp());
        _history.Add(channel, message);
        return message;
    }

    /// <param name="reason">Why it is not served; empty when it is.</param>
    private HeldChannel? ServedChannel(ReadOnlySpan<byte> subject, out string reason)
    {
        reason = "";
        var name = _served.ChannelOf(subject);
        if (!name.IsEmpty && _history.Known(name) is { } known) return known;
        if (_served.Refusal(subject) is not { } refusal) return _history.Channel(name);
        reason = refusal;
        return null;
    }

    private void MoveTo(Position position, StreamAnchor anchor) => _cursor = new Cursor(position, anchor);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_cursor.Position.Epoch}/{_cursor.Position.Sequence}");

    private sealed record Cursor(Position Position, StreamAnchor Anchor);
}
