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
        if (await AnchorAsync(anchor.Sequence, info, cancellationToken) is { Sequence: > 0 } stored)
        {
            return stored == anchor ? null : string.Create(CultureInfo.InvariantCulture, $"its message {anchor.Sequence} is another one than was read");
        }

        return IsBefore(info.State.FirstTime, anchor, info.State.FirstSeq > anchor.Sequence) || IsBefore(info.State.LastTime, anchor, info.State.LastSeq >= anchor.Sequence)
            ? string.Create(CultureInfo.InvariantCulture, $"what it holds behind message {anchor.Sequence} is older than that message")
            : null;
    }

    /// <summary>Looks at a message as it is stored now.</summary>
    /// <returns>Default when it isn't stored.</returns>
    public async Task<StreamAnchor> AnchorAsync(long sequence, StreamInfo info, CancellationToken cancellationToken)
    {
        if (sequence <= 0 || sequence < info.State.FirstSeq || sequence > info.State.LastSeq) return default;
        try
        {
            var stored = await DirectAsync(sequence, info.Config, cancellationToken) ?? await js.GetMessageAsync(stream, sequence, MessageWithin, cancellationToken);
            return new StreamAnchor(sequence, stored.TimestampNanos);
        }
        catch (NatsJSApiException deleted) when (deleted.ErrCode == NoMessageFound)
        {
            return default;
        }
    }

    /// <summary>As <see cref="AnchorAsync"/>, where it can be done without: the next message that comes is an anchor too.</summary>
    public async Task<StreamAnchor> TryAnchorAsync(long sequence, StreamInfo info, CancellationToken cancellationToken)
    {
        try
        {
            return await AnchorAsync(sequence, info, cancellationToken);
        }
        catch (NatsTimeoutException)
        {
            return default;
        }
    }

    /// <summary>
    /// Looks without the detour of base64, where the stream allows it and has one copy: another replica, or a mirror that answers in the
    /// stream's place, may still hold what the stream no longer does, and just that is to be found out.
    /// </summary>
    /// <returns>Null when the stream's leader has to be asked.</returns>
    private async Task<StoredMsg?> DirectAsync(long sequence, StreamConfig config, CancellationToken cancellationToken)
    {
        if (!config.AllowDirect || config.NumReplicas > 1) return null;
        try
        {
            var stored = await js.GetDirectAsync(stream, StreamMsgGetRequest.Of(sequence), MessageWithin, cancellationToken);
            return stored.Stream == stream && stored.Seq == sequence ? stored : null;
        }
        catch (NatsException refused) when (refused is NatsJSApiException or NatsNoRespondersException or NatsPermissionException)
        {
            return null;
        }
    }

    private static bool IsBefore(DateTimeOffset? time, StreamAnchor anchor, bool concernsLater) =>
        concernsLater && time is { } known && (known - DateTimeOffset.UnixEpoch + ClockMargin).Ticks < anchor.Nanos / NanosPerTick;
}
