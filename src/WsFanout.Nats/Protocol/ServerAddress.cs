using System.Globalization;

namespace WsFanout.Nats.Protocol;

/// <summary>One server to connect to, and who we are there.</summary>
internal sealed record ServerAddress
{
    private const int DefaultPort = 4222;

    public required string Host { get; init; }

    public required int Port { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    public string? Token { get; init; }

    /// <exception cref="ArgumentException">Not an address of a NATS server.</exception>
    /// <exception cref="NotSupportedException">An address that needs TLS or WebSocket.</exception>
    public static ServerAddress From(Uri server, NatsOpts opts)
    {
        if (!server.IsAbsoluteUri || server.Host.Length == 0)
        {
            throw new ArgumentException($"'{server.GetComponents(UriComponents.Path, UriFormat.Unescaped)}' is not the address of a NATS server, as in nats://host:4222.");
        }

        if (server.Scheme != "nats")
        {
            throw server.Scheme is "tls" or "ws" or "wss"
                ? new NotSupportedException($"{server.Scheme}:// is not supported yet; this client speaks nats:// without TLS.")
                : new ArgumentException($"'{server.Scheme}://' is not the scheme of a NATS server; use nats://.");
        }

        var address = new ServerAddress { Host = server.DnsSafeHost, Port = server.Port > 0 ? server.Port : DefaultPort };
        if (server.UserInfo.Length == 0)
        {
            return address with { User = opts.Username, Password = opts.Password, Token = opts.Token };
        }

        var colon = server.UserInfo.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? address with { Token = Uri.UnescapeDataString(server.UserInfo) }
            : address with { User = Uri.UnescapeDataString(server.UserInfo[..colon]), Password = Uri.UnescapeDataString(server.UserInfo[(colon + 1)..]) };
    }

    /// <summary>Host and port only: this ends up in logs.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}
