using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace WsFanout.Nats;

/// <summary>
/// JetStream over one connection. Every call is one request; besides what is said at it, each throws <see cref="NatsJSApiException"/> when
/// JetStream refuses, <see cref="NatsNoRespondersException"/> when JetStream is off, <see cref="NatsTimeoutException"/> when no answer came (a
/// cluster without a leader is silent), <see cref="NatsNotConnectedException"/> and <see cref="NatsPermissionException"/>, and
/// <see cref="ArgumentException"/> for a name that cannot stand in a subject.
/// </summary>
/// <remarks>Thread safety: everything from anywhere.</remarks>
public sealed partial class NatsJSContext(NatsConnection connection)
{
    private const string Api = "$JS.API.";
    private const int NameInUse = 10058;

    /// <summary>The connection that requests go by.</summary>
    public NatsConnection Connection => connection;

    private static readonly SearchValues<char> NotInStreamName = SearchValues.Create(" \t\r\n.*>/\\");

    public Task<JSAccountInfo> GetAccountInfoAsync(CancellationToken ct = default) => CallAsync("INFO", default, JSJson.Default.JSAccountInfo, ct);

    /// <summary>Missing: 404/10059.</summary>
    public Task<StreamInfo> GetStreamAsync(string stream, CancellationToken ct = default) =>
        CallAsync($"STREAM.INFO.{Name(stream)}", default, JSJson.Default.StreamInfo, ct);

    /// <summary>Exists with the same configuration: answers with it. With another one: 400/10058.</summary>
    public Task<StreamInfo> CreateStreamAsync(StreamConfig config, CancellationToken ct = default) =>
        CallAsync($"STREAM.CREATE.{Name(config.Name)}", Body(config, JSJson.Default.StreamConfig), JSJson.Default.StreamInfo, ct);

    /// <summary>Retention and storage cannot be changed: 500/10052.</summary>
    public Task<StreamInfo> UpdateStreamAsync(StreamConfig config, CancellationToken ct = default) =>
        CallAsync($"STREAM.UPDATE.{Name(config.Name)}", Body(config, JSJson.Default.StreamConfig), JSJson.Default.StreamInfo, ct);

    public async Task<StreamInfo> CreateOrUpdateStreamAsync(StreamConfig config, CancellationToken ct = default)
    {
        try
        {
            return await CreateStreamAsync(config, ct);
        }
        catch (NatsJSApiException exists) when (exists.ErrCode == NameInUse)
        {
            return await UpdateStreamAsync(config, ct);
        }
    }

    public Task DeleteStreamAsync(string stream, CancellationToken ct = default) => CallAsync($"STREAM.DELETE.{Name(stream)}", default, ct);

    public Task PurgeStreamAsync(string stream, PurgeRequest? request = null, CancellationToken ct = default) =>
        CallAsync($"STREAM.PURGE.{Name(stream)}", Body(request ?? new(), JSJson.Default.PurgeRequest), ct);

    /// <summary>Removes one message for good; its sequence number becomes a hole.</summary>
    public Task DeleteMessageAsync(string stream, long seq, CancellationToken ct = default) =>
        CallAsync($"STREAM.MSG.DELETE.{Name(stream)}", Body(new(seq), JSJson.Default.MsgRequest), ct);

    /// <summary>Creates a consumer, or finds the one with this name and configuration. <see cref="ConsumerInfo.Delivered"/> tells where it starts.
    /// A <paramref name="timeout"/> of zero is <see cref="NatsOpts.RequestTimeout"/>.</summary>
    public Task<ConsumerInfo> CreateConsumerAsync(string stream, ConsumerConfig config, TimeSpan timeout = default, CancellationToken ct = default)
    {
        // All subjects are no part of it: servers take that for a publish to a wildcard.
        var filter = config.FilterSubject is { } subject and not ">" ? "." + subject : "";
        var body = Body(new(stream, config), JSJson.Default.ConsumerCreateRequest);
        return CallAsync($"CONSUMER.CREATE.{Name(stream)}.{ConsumerName(config.Name)}{filter}", body, JSJson.Default.ConsumerInfo, ct, timeout);
    }

    /// <summary>Missing: 404/10014. Not for polling: the server counts what is pending anew each time.</summary>
    public Task<ConsumerInfo> GetConsumerAsync(string stream, string consumer, CancellationToken ct = default) =>
        CallAsync($"CONSUMER.INFO.{Name(stream)}.{ConsumerName(consumer)}", default, JSJson.Default.ConsumerInfo, ct);

    /// <inheritdoc cref="GetConsumerAsync"/>
    public Task DeleteConsumerAsync(string stream, string consumer, CancellationToken ct = default) =>
        CallAsync($"CONSUMER.DELETE.{Name(stream)}.{ConsumerName(consumer)}", default, ct);

    /// <summary>Publishes and waits until a stream has stored it. After a timeout it may be stored all the same. A <paramref name="timeout"/> of
    /// zero is <see cref="NatsOpts.RequestTimeout"/>.</summary>
    /// <exception cref="NatsNoRespondersException">No stream takes this subject.</exception>
    public async ValueTask<PubAckResponse> PublishAsync(
        string subject, ReadOnlyMemory<byte> payload, NatsHeaders? headers = null, TimeSpan timeout = default, CancellationToken ct = default)
    {
        using var answer = await connection.RequestAsync(subject, payload, headers, timeout, ct);
        if (PubAckReader.TryRead(answer.Payload) is { } stored)
        {
            return stored;
        }

        var ack = Read(answer, subject, JSJson.Default.PubAckResponse);
        return ack is { Seq: > 0, Stream.Length: > 0 } ? ack : throw new NatsException($"Somebody who is no stream answers on '{subject}'.");
    }

    /// <summary>Asks for messages, which arrive on <paramref name="replyTo"/>. Waits for no answer: a missing consumer shows as silence.</summary>
    public ValueTask PullAsync(string stream, string consumer, PullRequest request, string replyTo, CancellationToken ct = default) =>
        connection.PublishAsync(
            $"{Api}CONSUMER.MSG.NEXT.{Name(stream)}.{ConsumerName(consumer)}", Body(request, JSJson.Default.PullRequest), replyTo, headers: null, ct);

    private static ReadOnlyMemory<byte> Body<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    private static string Name(string stream)
    {
        ArgumentException.ThrowIfNullOrEmpty(stream);
        return stream.AsSpan().ContainsAny(NotInStreamName)
            ? throw new ArgumentException($"'{stream}' is no name of a stream: blanks, '.', '*', '>', '/' and '\\' are not allowed.", nameof(stream))
            : stream;
    }

    // Narrower than the server's own rule: some servers print a '%' wrong in the subjects that carry a message's position.
    private static string ConsumerName(string consumer)
    {
        ArgumentException.ThrowIfNullOrEmpty(consumer);
        return consumer.All(one => char.IsAsciiLetterOrDigit(one) || one is '_' or '-')
            ? consumer
            : throw new ArgumentException($"'{consumer}' is no name of a consumer: letters, digits, '_' and '-' only.", nameof(consumer));
    }

    private static T Read<T>(in NatsMsg answer, string subject, JsonTypeInfo<T> type)
    {
        if (answer.StatusCode is var status and not 0)
        {
            throw new NatsException(string.Create(CultureInfo.InvariantCulture, $"'{subject}' answered with status {status} {answer.StatusText}."));
        }

        try
        {
            if (JsonSerializer.Deserialize(answer.Payload, JSJson.Default.JSErrorResponse)?.Error is { } error)
            {
                throw new NatsJSApiException(error.Code, error.ErrCode, error.Description ?? "no description");
            }

            return JsonSerializer.Deserialize(answer.Payload, type) ?? throw new NatsException($"The answer on '{subject}' is empty.");
        }
        catch (JsonException unreadable)
        {
            throw new NatsException($"The answer on '{subject}' was not understood: {unreadable.Message}", unreadable);
        }
    }

    private async Task<T> CallAsync<T>(string call, ReadOnlyMemory<byte> body, JsonTypeInfo<T> type, CancellationToken ct, TimeSpan timeout = default)
    {
        using var answer = await connection.RequestAsync(Api + call, body, timeout: timeout, ct: ct);
        return Read(answer, Api + call, type);
    }

    private Task<JSErrorResponse> CallAsync(string call, ReadOnlyMemory<byte> body, CancellationToken ct) => CallAsync(call, body, JSJson.Default.JSErrorResponse, ct);
}
