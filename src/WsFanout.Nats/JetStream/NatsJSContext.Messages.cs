using System.Globalization;
using WsFanout.Nats.Protocol;

namespace WsFanout.Nats;

/// <summary>Looking at single stored messages.</summary>
public sealed partial class NatsJSContext
{
    private const int NoMessageFound = 10037;

    /// <inheritdoc cref="GetMessageAsync(string, StreamMsgGetRequest, TimeSpan, CancellationToken)"/>
    public Task<StoredMsg> GetMessageAsync(string stream, long seq, TimeSpan timeout = default, CancellationToken ct = default) =>
        GetMessageAsync(stream, StreamMsgGetRequest.Of(seq), timeout, ct);

    /// <summary>The first sequence number at or above <paramref name="seq"/> under which a message is stored, by the word of the stream's
    /// leader. A <paramref name="timeout"/> of zero is <see cref="NatsOpts.RequestTimeout"/>; the message comes whole.</summary>
    /// <returns>Null when there is none.</returns>
    public async Task<long?> NextSequenceAsync(string stream, long seq, TimeSpan timeout = default, CancellationToken ct = default)
    {
        try
        {
            return (await GetMessageAsync(stream, StreamMsgGetRequest.Next(">", seq), timeout, ct)).Seq;
        }
        catch (NatsJSApiException none) when (none.ErrCode == NoMessageFound)
        {
            return null;
        }
    }

    /// <summary>
    /// Asks the stream's leader. Gone: 404/10037. A <paramref name="timeout"/> of zero is <see cref="NatsOpts.RequestTimeout"/>; the message
    /// comes whole.
    /// </summary>
    public async Task<StoredMsg> GetMessageAsync(string stream, StreamMsgGetRequest request, TimeSpan timeout = default, CancellationToken ct = default)
    {
        var call = $"{Api}STREAM.MSG.GET.{Name(stream)}";
        using var found = await connection.RequestAsync(call, Body(request, JSJson.Default.StreamMsgGetRequest), timeout: timeout, ct: ct);
        var answer = Read(found, call, JSJson.Default.MsgGetResponse);
        var message = answer.Message ?? throw new NatsException($"JetStream answered without message {request} of '{stream}'.");
        return new()
        {
            Stream = stream,
            Subject = message.Subject,
            Seq = message.Seq,
            Time = message.Time,
            TimestampNanos = Nanos(message.Time, stream, request),
            Data = message.Data,
            HeaderBlock = message.Hdrs,
        };
    }

    /// <summary>
    /// Asks whoever holds a copy: needs <see cref="StreamConfig.AllowDirect"/>. A replica or a mirror may lag: what it lacks may be stored all
    /// the same. Not there: 404/10037. The message comes as it is, at most the largest payload.
    /// </summary>
    /// <exception cref="NatsNoRespondersException">The stream does not allow it, or there is none; servers before 2.10 are silent then.</exception>
    public async Task<StoredMsg> GetDirectAsync(string stream, StreamMsgGetRequest request, TimeSpan timeout = default, CancellationToken ct = default)
    {
        var call = $"{Api}DIRECT.GET.{Name(stream)}";
        using var found = await connection.RequestAsync(call, Body(request, JSJson.Default.StreamMsgGetRequest), timeout: timeout, ct: ct);

        // The position first: whoever published chose the headers, even the status line. The server's own stand behind them.
        if (DirectHeaders.TryRead(found.HeaderBlock, out var headers))
        {
            return new()
            {
                Stream = headers.Stream,
                Subject = headers.Subject,
                Seq = headers.Seq,
                Time = headers.Time,
                TimestampNanos = Nanos(headers.Time, stream, request),
                Data = found.Payload.ToArray(),
                HeaderBlock = headers.Published,
            };
        }

        throw found.StatusCode switch
        {
            404 => new NatsJSApiException(404, NoMessageFound, "no message found"),
            0 => new NatsException($"The answer to a look at message {request} of '{stream}' was not understood: {Printable.Of(found.HeaderBlock)}"),
            var status => new NatsException(string.Create(CultureInfo.InvariantCulture, $"'{call}' answered with status {status} {found.StatusText}.")),
        };
    }

    /// <exception cref="NatsException">The time is none.</exception>
    private static long Nanos(string time, string stream, StreamMsgGetRequest request)
    {
        try
        {
            return Rfc3339.ToUnixNanos(time);
        }
        catch (FormatException unreadable)
        {
            throw new NatsException($"JetStream's answer on message {request} of '{stream}' was not understood: {unreadable.Message}", unreadable);
        }
    }
}
