using System.Net.Security;
using WsFanout.Governor.Entry;
using WsFanout.Telemetry;
using WsFanout.Transport.Direct;

namespace WsFanout.Hosting;

/// <summary>What one listener has that another hasn't.</summary>
internal sealed record ListenerTraits
{
    /// <summary>Connections that may be open at once. One too many is closed before its first byte is read, and counted.</summary>
    public required int Places { get; init; }

    /// <summary>The loop that the next connection of the direct way goes to; null: this listener has the stream way.</summary>
    public Func<SocketLoop>? NextLoop { get; init; }

    /// <summary>Holds accepting up when refusing costs too much; null where accepting never waits.</summary>
    public AcceptPace? Pace { get; init; }

    /// <summary>What the next handshake is to use; null: this listener speaks in clear.</summary>
    public Func<SslServerAuthenticationOptions>? Tls { get; init; }

    /// <summary>Counts its connections; not null on the listener for publishing alone, which speaks HTTP/2 too.</summary>
    public PublishMetrics? Publishers { get; init; }
}
