using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using WsFanout.Nats;

namespace WsFanout.Intake;

/// <summary>Publishes to the stream and waits for the broker's word that it is stored.</summary>
/// <remarks>
/// An answer can be lost with the connection or the leader, after the message was stored. Each message has an id of its own, by which the
/// stream knows it again for a while: for half of that it is offered again until the word comes. Any thread; any number at a time.
/// </remarks>
/// <param name="patience">Silence after which a message is offered a second time, beside the first.</param>
internal sealed class JetStreamPublisher(NatsConnection connection, StreamOptions options, TimeSpan patience, TimeProvider time)
{
    private const string MessageId = "Nats-Msg-Id";
    private const int SeriesDigits = 24;
    private const int LargerThanStreamTakes = 10054;

    /// <summary>Between two attempts.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly NatsJSContext _js = new(connection);
    private readonly ServedSubjects _served = new(options);

    // Nobody else's, so that a number makes an id.
    private readonly string _series = RandomNumberGenerator.GetHexString(SeriesDigits, lowercase: true);

    // By Interlocked.
    private long _lastNumber;

    // Written by the intake, read by any request.
    private long _duplicateWindowTicks;

    /// <summary>How long the stream knows a message again by its id; zero until the stream was seen: then nothing is offered twice.</summary>
    public TimeSpan DuplicateWindow
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _duplicateWindowTicks));
        set => Volatile.Write(ref _duplicateWindowTicks, value.Ticks);
    }

    /// <param name="cancellationToken">Ends the attempts; what became of the message may then be unknown.</param>
    public async Task<PublishResult> PublishAsync(string channel, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var subject = _served.SubjectOf(channel);
        if (_served.Refusal(Encoding.UTF8.GetBytes(subject)) is { } reason)
        {
            return PublishResult.Refused("bad_request", $"the channel's subject is outside what is served ({reason}; JS_SUBJECTS, WS_SUBJECT_PREFIX)");
        }

        var id = new NatsHeaders { { MessageId, string.Create(CultureInfo.InvariantCulture, $"{_series}-{Interlocked.Increment(ref _lastNumber)}") } };
        var offer = new Offer(subject, payload, id, time.GetTimestamp());
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = OfferAsync(offer, isUnknown: false, over.Token);
        try
        {
            return await first.WaitAsync(patience, time, CancellationToken.None);
        }
        catch (TimeoutException) when (MayRepeat(offer))
        {
            // The first goes on: an answer that is only late counts too.
        }
        catch (TimeoutException)
        {
            return await first;
        }

        try
        {
            return await OfferAgainAsync(offer, first, over.Token);
        }
        finally
        {
            // An attempt that lost must not wait on.
            await over.CancelAsync();
        }
    }

    private async Task<PublishResult> OfferAgainAsync(Offer offer, Task<PublishResult> first, CancellationToken cancellationToken)
    {
        var second = OfferAsync(offer, isUnknown: true, cancellationToken);
        var (winner, other) = await Task.WhenAny(first, second) == first ? (first, second) : (second, first);
        var result = await winner;
        return result.Problem is null ? result : Together(result, await other);
    }

    /// <summary>Only what both attempts know is known.</summary>
    private static PublishResult Together(PublishResult one, PublishResult other)
    {
        if (other.Problem is null) return other;
        return one.Outcome == PublishResult.UnknownOutcome ? one : other;
    }

    /// <summary>Offers the message until its fate is known, or can't be known.</summary>
    /// <param name="isUnknown">Whether it may have been stored by another attempt.</param>
    private async Task<PublishResult> OfferAsync(Offer offer, bool isUnknown, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                try
                {
                    var answer = _js.PublishAsync(offer.Subject, offer.Payload, offer.Id, Timeout.InfiniteTimeSpan, cancellationToken);
                    var handedOnAt = time.GetTimestamp();
                    return Answered(await answer) with { HandedOnAt = handedOnAt };
                }
                catch (NatsException full) when (!isUnknown && offer.Id is not null && LeavesNoRoom(full))
                {
                    // The id counts for the limits, and may be what is too much.
                    offer = offer with { Id = null };
                    continue;
                }
                catch (NatsNotConnectedException lost) when (lost.MayHaveBeenSent)
                {
                    isUnknown = true;
                }
                catch (NatsException failed)
                {
                    // Refused now, an earlier attempt may have been stored all the same.
                    if (!isUnknown) return RefusalOf(failed);
                    if (failed is not (NatsNotConnectedException or NatsNoRespondersException)) return PublishResult.Unknown();
                }

                if (!MayRepeat(offer)) return PublishResult.Unknown();
                await Task.Delay(Pause, time, cancellationToken);
                await connection.WaitUntilOpenAsync(cancellationToken);
                if (!MayRepeat(offer)) return PublishResult.Unknown();
            }
        }
        catch (OperationCanceledException)
        {
            return PublishResult.Unknown();
        }
    }

    /// <summary>Half of the window: the message takes its time to the broker.</summary>
    private bool MayRepeat(Offer offer) => offer.Id is not null && time.GetElapsedTime(offer.StartedAt) < DuplicateWindow / 2;

    private static bool LeavesNoRoom(NatsException failed) => failed is NatsPayloadTooLargeException or NatsJSApiException { ErrCode: LargerThanStreamTakes };

    private PublishResult Answered(PubAckResponse stored) => stored.Stream == options.StreamName
        ? PublishResult.Stored(stored.Seq)
        : PublishResult.Refused("unavailable", $"the subject is held by stream {stored.Stream}, not {options.StreamName}: nothing was stored in the stream that is served");

    private static PublishResult RefusalOf(NatsException failed) => failed switch
    {
        _ when LeavesNoRoom(failed) => PublishResult.Refused("too_large", failed.Message),
        NatsNoRespondersException => PublishResult.Refused("unavailable", "no stream holds the channel's subject"),

        // Where the broker is, is no business of whoever publishes; the log says it.
        NatsNotConnectedException => PublishResult.Refused("unavailable", "the broker can't be reached now"),
        _ => PublishResult.Refused("unavailable", failed.Message),
    };

    /// <param name="Id">Null where there is no room for one: then there is one attempt.</param>
    /// <param name="StartedAt">No attempt was before. Ticks.</param>
    private sealed record Offer(string Subject, ReadOnlyMemory<byte> Payload, NatsHeaders? Id, long StartedAt);
}
