using System.Globalization;
using WsFanout.Nats;

namespace WsFanout.Intake;

/// <summary>Judges whether a stream is still the one that the cursor was read from, by what it says of itself and by one message.</summary>
/// <remarks>
/// A stream can be deleted and made anew, lose its end, or be restored from an older copy under the same date of creation and be written to
/// since. What it holds under the anchor's number proves the last; where the anchor is gone (age, limits, purge), the times around it still
/// can contradict. What was restored, written past the cursor and then expired as a whole while nobody was attached leaves no trace.
/// </remarks>
internal sealed class SameStream(NatsJSContext js, string stream)
{
    private const int NoMessageFound = 10037;
    private const long NanosPerTick = 100;

    /// <summary>For one whole message: a large one, as base64, over a slow line.</summary>
    private static readonly TimeSpan MessageWithin = TimeSpan.FromSeconds(30);

    /// <summary>Clocks step, and a new leader's may be behind: that little makes no other stream.</summary>
    private static readonly TimeSpan ClockMargin = TimeSpan.FromMinutes(1);

    /// <returns>Why it is another one; null when nothing speaks against it; empty when there was no cursor yet.</returns>
    public async Task<string?> ContradictionAsync(StreamInfo info, string epoch, StreamLedger ledger, CancellationToken cancellationToken)
    {
        var cursor = ledger.Position;
        if (cursor.Epoch.Length == 0) return "";
        if (cursor.Epoch != epoch) return "it was created anew";
        if (info.State.LastSeq < cursor.Sequence)
        {
            return string.Create(CultureInfo.InvariantCulture, $"its last message is {info.State.LastSeq}, {cursor.Sequence} was already read");
        }

        var anchor = ledger.Anchor;
        if (anchor.Sequence == 0) return null;
        if (await AnchorAsync(anchor.Sequence, info.State, cancellationToken) is { Sequence: > 0 } stored)
        {
            return stored == anchor ? null : string.Create(CultureInfo.InvariantCulture, $"its message {anchor.Sequence} is another one than was read");
        }

        return IsBefore(info.State.FirstTime, anchor, info.State.FirstSeq > anchor.Sequence) || IsBefore(info.State.LastTime, anchor, info.State.LastSeq >= anchor.Sequence)
            ? string.Create(CultureInfo.InvariantCulture, $"what it holds behind message {anchor.Sequence} is older than that message")
            : null;
    }

    /// <summary>Looks at a message as it is stored now.</summary>
    /// <returns>Default when it isn't stored.</returns>
    public async Task<StreamAnchor> AnchorAsync(long sequence, StreamState state, CancellationToken cancellationToken)
    {
        if (sequence <= 0 || sequence < state.FirstSeq || sequence > state.LastSeq) return default;
        try
        {
            return new StreamAnchor(sequence, (await js.GetMessageAsync(stream, sequence, MessageWithin, cancellationToken)).TimestampNanos);
        }
        catch (NatsJSApiException deleted) when (deleted.ErrCode == NoMessageFound)
        {
            return default;
        }
    }

    /// <summary>As <see cref="AnchorAsync"/>, where it can be done without: the next message that comes is an anchor too.</summary>
    public async Task<StreamAnchor> TryAnchorAsync(long sequence, StreamState state, CancellationToken cancellationToken)
    {
        try
        {
            return await AnchorAsync(sequence, state, cancellationToken);
        }
        catch (NatsTimeoutException)
        {
            return default;
        }
    }

    private static bool IsBefore(DateTimeOffset? time, StreamAnchor anchor, bool concernsLater) =>
        concernsLater && time is { } known && (known - DateTimeOffset.UnixEpoch + ClockMargin).Ticks < anchor.Nanos / NanosPerTick;
}
