using System.Security.Cryptography;
using System.Text;
using WsFanout.Nats;

namespace WsFanout.Intake;

/// <summary>Publishes to the stream and waits for the broker's word that it is stored.</summary>
/// <remarks>
/// An answer can be lost with the connection or the leader, after the message was stored. Each message has an id of its own, by which the
/// stream knows it again (within its window of duplicates, by default two minutes): so it is offered again until the word comes. Any thread;
/// any number at a time.
/// </remarks>
internal sealed class JetStreamPublisher(NatsConnection connection, StreamOptions options, TimeSpan timeout)
{
    private const string MessageId = "Nats-Msg-Id";
    private const int IdDigits = 24;

    /// <summary>Bytes of the header block that carries the id.</summary>
    private const int IdBytes = 10 + 11 + 2 + IdDigits + 2 + 2;

    /// <summary>Between two attempts.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly NatsJSContext _js = new(connection);
    private readonly ServedSubjects _served = new(options);

    /// <param name="cancellationToken">Ends the attempts; what became of the message may then be unknown.</param>
    public async Task<PublishResult> PublishAsync(string channel, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var subject = _served.SubjectOf(channel);
        if (_served.Refusal(Encoding.UTF8.GetBytes(subject)) is { } reason)
        {
            return PublishResult.Refused("bad_request", $"the channel's subject is outside what is served ({reason}; JS_SUBJECTS, WS_SUBJECT_PREFIX)");
        }

        // A payload that fills max_payload leaves no room for an id: then there is one attempt.
        var fits = payload.Length + IdBytes <= (connection.ServerInfo?.MaxPayload ?? 0);
        var headers = fits ? new NatsHeaders { { MessageId, RandomNumberGenerator.GetHexString(IdDigits, lowercase: true) } } : null;
        try
        {
            return await OfferAsync(subject, payload, headers, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return PublishResult.Unknown();
        }
    }

    private async Task<PublishResult> OfferAsync(string subject, ReadOnlyMemory<byte> payload, NatsHeaders? headers, CancellationToken cancellationToken)
    {
        for (var isUnknown = false; ;)
        {
            try
            {
                // Half of the time, so that a lost answer on a connection that lives leaves time for a second attempt.
                return Answered(await _js.PublishAsync(subject, payload, headers, headers is null ? timeout : timeout / 2, cancellationToken));
            }
            catch (NatsException lost) when (lost is NatsTimeoutException or NatsNotConnectedException { MayHaveBeenSent: true })
            {
                isUnknown = true;
            }
            catch (NatsException failed)
            {
                // Refused now, an earlier attempt may have been stored all the same.
                if (!isUnknown) return RefusalOf(failed);
                if (failed is not (NatsNotConnectedException or NatsNoRespondersException)) return PublishResult.Unknown();
            }

            if (headers is null) return PublishResult.Unknown();
            await Task.Delay(Pause, cancellationToken);
            await connection.WaitUntilOpenAsync(cancellationToken);
        }
    }

    private PublishResult Answered(PubAckResponse stored) => stored.Stream == options.StreamName
        ? PublishResult.Stored(stored.Seq)
        : PublishResult.Refused("unavailable", $"the subject is held by stream {stored.Stream}, not {options.StreamName}: nothing was stored in the stream that is served");

    private static PublishResult RefusalOf(NatsException failed) => failed switch
    {
        NatsPayloadTooLargeException => PublishResult.Refused("too_large", failed.Message),
        NatsNoRespondersException => PublishResult.Refused("unavailable", "no stream holds the channel's subject"),

        // Where the broker is, is no business of whoever publishes; the log says it.
        NatsNotConnectedException => PublishResult.Refused("unavailable", "the broker can't be reached now"),
        _ => PublishResult.Refused("unavailable", failed.Message),
    };
}
