using System.Text.Json.Serialization;

namespace WsFanout.Nats;

/// <summary>What the server last said about itself (<c>INFO</c>). It may say it again at any time.</summary>
public sealed record NatsServerInfo
{
    public string? ServerId { get; init; }

    public string? ServerName { get; init; }

    public string? Version { get; init; }

    public int Proto { get; init; }

    public bool Headers { get; init; }

    /// <summary>Most bytes of headers and payload together in one message.</summary>
    public long MaxPayload { get; init; } = 1024 * 1024;

    [JsonPropertyName("jetstream")]
    public bool JetStream { get; init; }

    public bool AuthRequired { get; init; }

    public bool TlsRequired { get; init; }

    public bool TlsVerify { get; init; }

    public bool TlsAvailable { get; init; }

    public string? Nonce { get; init; }

    /// <summary>Other servers of the cluster, <c>host:port</c>; they are tried too.</summary>
    public IReadOnlyList<string> ConnectUrls { get; init => field = value ?? []; } = [];

    /// <summary>The server is about to stop and asks its clients to leave: the connection moves when another server lets it in.</summary>
    [JsonPropertyName("ldm")]
    public bool LameDuck { get; init; }

    public string? Cluster { get; init; }

    public string? Domain { get; init; }

    public long ClientId { get; init; }

    public string? ClientIp { get; init; }
}
