using System.Text.Json.Serialization;

namespace WsFanout.Nats.Protocol;

/// <summary>The JSON of CONNECT. Every switch is sent: a server fills in <c>true</c> for those that are missing.</summary>
internal sealed record ConnectRequest
{
    public bool Verbose { get; init; }

    public bool Pedantic { get; init; }

    public bool Echo { get; init; }

    public bool Headers { get; init; } = true;

    public bool NoResponders { get; init; } = true;

    public int Protocol { get; init; } = 1;

    public bool TlsRequired { get; init; }

    public string Lang { get; init; } = "dotnet";

    public string Version { get; init; } = "0.1.0";

    public string? Name { get; init; }

    public string? User { get; init; }

    public string? Pass { get; init; }

    [JsonPropertyName("auth_token")]
    public string? Token { get; init; }
}
