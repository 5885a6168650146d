using System.Globalization;

namespace WsFanout.Nats;

/// <summary>JetStream answered a request with an error.</summary>
/// <param name="code">Class of the error, as in HTTP: 400, 404, 500, 503.</param>
/// <param name="errCode">What exactly, as in 10059: stream not found.</param>
/// <param name="description">The server's own words.</param>
public sealed class NatsJSApiException(int code, int errCode, string description)
    : NatsException(string.Create(CultureInfo.InvariantCulture, $"JetStream: {description} ({code}/{errCode})"))
{
    public int Code { get; } = code;

    public int ErrCode { get; } = errCode;

    public string Description { get; } = description;
}
