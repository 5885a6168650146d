using WsFanout.Nats;

namespace WsFanout.Intake;

/// <summary>Publishes to the stream and waits for the broker's word that it is stored.</summary>
/// <remarks>Any thread; any number at a time.</remarks>
internal sealed class JetStreamPublisher(NatsConnection connection, StreamOptions options, TimeSpan timeout)
{
    private readonly NatsJSContext _js = new(connection);
    private readonly ServedSubjects _served = new(options);

    public async Task<PublishResult> PublishAsync(string channel, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var subject = _served.SubjectOf(channel);
        if (_served.Refusal(System.Text.Encoding.UTF8.GetBytes(subject)) is { } reason)
        {
            return PublishResult.Refused("bad_request", $"the channel's subject is outside what is served ({reason}; JS_SUBJECTS, WS_SUBJECT_PREFIX)");
        }

        try
        {
            var stored = await _js.PublishAsync(subject, payload, timeout: timeout, ct: cancellationToken);
            return stored.Stream == options.StreamName
                ? PublishResult.Stored(stored.Seq)
                : PublishResult.Refused("unavailable", $"the subject is held by stream {stored.Stream}, not {options.StreamName}: nothing was stored in the stream that is served");
        }
        catch (NatsPayloadTooLargeException large)
        {
            return PublishResult.Refused("too_large", large.Message);
        }
        catch (NatsTimeoutException late)
        {
            return PublishResult.Refused("timeout", $"{late.Message} The message may be stored all the same.");
        }
        catch (NatsNoRespondersException)
        {
            return PublishResult.Refused("unavailable", "no stream holds the channel's subject");
        }
        catch (NatsException failed)
        {
            return PublishResult.Refused("unavailable", failed.Message);
        }
    }
}
