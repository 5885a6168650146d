using WsFanout.Nats.Protocol;

namespace WsFanout.Nats;

/// <summary>Where to connect, as whom, and how patient to be.</summary>
public sealed record NatsOpts
{
    /// <summary>
    /// <c>nats://host[:4222]</c>, or <c>tls://</c> where nothing may be said in the clear; tried in random order, with those that they tell
    /// of. User information (<c>user:password@</c> or <c>token@</c>) wins for its server.
    /// </summary>
    public IReadOnlyList<Uri> Servers { get; init; } = [new("nats://127.0.0.1:4222")];

    /// <summary>Shown in the server's list of connections.</summary>
    public string Name { get; init; } = "wsfanout";

    public string? Username { get; init; }

    public string? Password { get; init; }

    public string? Token { get; init; }

    public NatsTlsOpts TlsOpts { get; init; } = new();

    /// <summary>Stay with <see cref="Servers"/>: where the addresses that servers tell of can't be reached from here.</summary>
    public bool IgnoreDiscoveredServers { get; init; }

    /// <summary>Start of every inbox. A user with narrow permissions needs to subscribe to <c>prefix.&gt;</c> only.</summary>
    public string InboxPrefix { get; init; } = "_INBOX";

    /// <summary>From dialling to the server's greeting, and from there to its acceptance; with TLS, the handshake is between the two.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>For the TLS handshake.</summary>
    public TimeSpan TlsTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>PINGs in a row after which nothing at all was received; the next interval then ends the connection.</summary>
    public int MaxPingsOut { get; init; } = 2;

    /// <summary>For a request that names no timeout of its own.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Shortest pause after every server was tried in vain.</summary>
    public TimeSpan ReconnectWaitMin { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest pause. The pause is random up to a ceiling that doubles from round to round until it is this.</summary>
    public TimeSpan ReconnectWaitMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Requests that may wait for an answer at once; one more fails at once.</summary>
    public int MaxPendingRequests { get; init; } = 8192;

    /// <summary>Name and hosts only: this ends up in logs.</summary>
    public override string ToString() => $"{Name} -> {string.Join(", ", Servers.Select(server => $"{server.Host}:{(server.Port > 0 ? server.Port : ServerAddress.DefaultPort)}"))}";
}
