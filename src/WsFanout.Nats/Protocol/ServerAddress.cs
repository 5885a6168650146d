using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace WsFanout.Nats.Protocol;

/// <summary>One server to connect to, who we are there, and who it must prove to be.</summary>
internal sealed record ServerAddress
{
    public const int DefaultPort = 4222;

    public required string Host { get; init; }

    public required int Port { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    public string? Token { get; init; }

    /// <summary>Nothing is said to it in the clear. Without this it is encrypted all the same where the server wants it.</summary>
    public bool RequiresTls { get; init; }

    /// <summary>Name or address that its certificate must be for.</summary>
    public required string TlsName { get; init; }

    public bool IsIPAddress => IPAddress.TryParse(Host, out _);

    /// <exception cref="ArgumentException">Not an address of a NATS server.</exception>
    /// <exception cref="NotSupportedException">An address that needs WebSocket.</exception>
    public static ServerAddress From(Uri server, NatsOpts opts)
    {
        if (!server.IsAbsoluteUri || server.Host.Length == 0)
        {
            throw new ArgumentException($"'{server.GetComponents(UriComponents.Path, UriFormat.Unescaped)}' is not the address of a NATS server, as in nats://host:4222.");
        }

        if (server.Scheme is not ("nats" or "tls"))
        {
            throw server.Scheme is "ws" or "wss"
                ? new NotSupportedException($"{server.Scheme}:// is not supported; this client speaks nats:// and tls://.")
                : new ArgumentException($"'{server.Scheme}://' is not the scheme of a NATS server; use nats:// or tls://.");
        }

        var address = new ServerAddress
        {
            Host = server.DnsSafeHost,
            Port = server.Port > 0 ? server.Port : DefaultPort,
            RequiresTls = server.Scheme == "tls" || opts.TlsOpts.IsGiven,
            TlsName = server.DnsSafeHost,
        };
        if (server.UserInfo.Length == 0)
        {
            return address with { User = opts.Username, Password = opts.Password, Token = opts.Token };
        }

        var colon = server.UserInfo.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? address with { Token = Uri.UnescapeDataString(server.UserInfo) }
            : address with { User = Uri.UnescapeDataString(server.UserInfo[..colon]), Password = Uri.UnescapeDataString(server.UserInfo[(colon + 1)..]) };
    }

    /// <summary>
    /// Another server that this one tells of, as <c>host:port</c>. We are there who we are here. A bare IP address is no name that a
    /// certificate is for: it must prove to be what this one must.
    /// </summary>
    public bool TryNeighbour(string? text, [NotNullWhen(true)] out ServerAddress? neighbour)
    {
        neighbour = null;
        if (!Uri.TryCreate($"nats://{text}", UriKind.Absolute, out var server) || server is not { Host.Length: > 0, UserInfo.Length: 0, PathAndQuery: "" or "/", Port: not 0 })
        {
            return false;
        }

        neighbour = this with { Host = server.DnsSafeHost, Port = server.Port > 0 ? server.Port : DefaultPort };
        neighbour = neighbour.IsIPAddress && !IPAddress.TryParse(TlsName, out _) ? neighbour : neighbour with { TlsName = neighbour.Host };
        return true;
    }

    /// <summary>Whether it is the same place, whoever we are there.</summary>
    public bool IsSamePlace(ServerAddress other) => Port == other.Port && string.Equals(Host, other.Host, StringComparison.OrdinalIgnoreCase);

    /// <summary>Host and port only: this ends up in logs.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}
