using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using WsFanout.Hosting.Settings;
using WsFanout.Intake;
using WsFanout.Nats;
using static WsFanout.Planning.SystemCheck.Broker.Visit;

namespace WsFanout.Planning.SystemCheck.Broker;

/// <summary>One server of NATS_URL, tried once on its own: whether it answers, lets us in, and what it says of itself.</summary>
internal sealed class BrokerDoor : IAsyncDisposable
{
    /// <summary>How often it is looked whether the first attempt is over.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly Uri _server;
    private readonly string? _problem;

    private BrokerDoor(Uri server, NatsConnection connection, string? problem)
    {
        _server = server;
        Connection = connection;
        _problem = problem;
    }

    public NatsConnection Connection { get; }

    public bool IsOpen => _problem is null;

    /// <summary>Host and port only.</summary>
    private string Name => $"{_server.Host}:{Text($"{_server.Port}")}";

    public static async Task<BrokerDoor> OpenAsync(Uri server, StreamOptions options, BrokerPatience patience, CancellationToken cancellationToken)
    {
        var connection = new NatsConnection(
            new NatsOpts
            {
                Servers = [server],
                IgnoreDiscoveredServers = true,
                Name = $"{options.InstanceId}-check",
                Username = options.User,
                Password = options.Password,
                Token = options.Token,
                TlsOpts = new NatsTlsOpts { CaFile = options.TlsCaFile, CertFile = options.TlsCertFile, KeyFile = options.TlsKeyFile },
                ConnectTimeout = patience.Answer,
                TlsTimeout = patience.Answer,
                RequestTimeout = patience.Answer,
            },
            patience.Time,
            NullLogger<NatsConnection>.Instance);
        var before = connection.LastError;
        var since = patience.Time.GetTimestamp();
        connection.Start();

        // Three steps have a limit each; a name that nobody can look up has none.
        while (connection.ConnectionState != NatsConnectionState.Open && connection.LastError == before && patience.Time.GetElapsedTime(since) < patience.Answer * 3)
        {
            await Task.Delay(Pause, patience.Time, cancellationToken);
        }

        if (connection.ConnectionState == NatsConnectionState.Open) return new BrokerDoor(server, connection, null);
        return new BrokerDoor(server, connection, connection.LastError is { } said && said != before ? said : "no answer");
    }

    public IEnumerable<Finding> Findings(ServerSettings settings)
    {
        if (_problem is { } problem)
        {
            yield return Finding("server", Verdict.Error) with
            {
                Subject = Name,
                Needed = "reachable, and lets this server in",
                Found = problem,
                Detail = settings.Stream.Servers.Count > 1 ? "The server goes to the others of NATS_URL meanwhile; with this one away there is one less to go to." : null,
                Cure = CureOf(problem),
            };
            yield break;
        }

        if (Connection.ServerInfo is not { } info) yield break;
        yield return Finding("server", info.LameDuck ? Verdict.Warning : Verdict.Ok) with
        {
            Subject = Name,
            Needed = "reachable, and lets this server in",
            Found = $"{info.ServerName ?? "?"}{(info.Cluster is { } cluster ? $" of cluster {cluster}" : "")}",
            Detail = info.LameDuck ? "It is about to stop (lame duck mode)." : null,
        };
        yield return BrokerVersion.Judge(info.Version) with { Subject = Name };
        yield return Encryption(settings.Stream, info);
        yield return MaxPayload(settings.Publish, info);
    }

    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    private Finding Encryption(StreamOptions options, NatsServerInfo info)
    {
        var isEncrypted = _server.Scheme == "tls" || options.TlsCaFile is not null || options.TlsCertFile is not null || info.TlsRequired;
        var finding = Finding("tls", Verdict.Ok) with { Subject = Name, Found = isEncrypted ? "encrypted, certificate checked" : "in clear" };
        var saysSecrets = options.Password is not null || options.Token is not null || _server.UserInfo.Length > 0;
        var isLocal = _server.Host == "localhost" || (IPAddress.TryParse(_server.DnsSafeHost, out var address) && IPAddress.IsLoopback(address));
        return isEncrypted || !saysSecrets || isLocal
            ? finding
            : finding with { Verdict = Verdict.Warning, Needed = "encrypted", Detail = "Password or token go over the network in clear.", Cure = ["tls:// in NATS_URL, and TLS at the broker"] };
    }

    private Finding MaxPayload(PublishOptions publish, NatsServerInfo info)
    {
        var finding = Finding("max_payload", Verdict.Ok) with { Subject = Name, Needed = Text($"{publish.MaxBytes} bytes (WS_PUBLISH_MAX_BYTES)"), Found = Text($"{info.MaxPayload} bytes") };
        return info.MaxPayload >= publish.MaxBytes
            ? finding
            : finding with
            {
                Verdict = Verdict.Warning,
                Detail = "Larger ones are taken from whoever publishes and then refused with 413.",
                Cure = [Text($"max_payload: {publish.MaxBytes} in the broker's configuration"), Text($"WS_PUBLISH_MAX_BYTES={info.MaxPayload}")],
            };
    }

    private static string[] CureOf(string problem) =>
        problem.StartsWith("auth", StringComparison.Ordinal) ? ["NATS_USER and NATS_PASSWORD, NATS_TOKEN, or what stands before the @ in NATS_URL"]
        : problem.StartsWith("tls", StringComparison.Ordinal) ? ["NATS_TLS_CA, NATS_TLS_CERT, NATS_TLS_KEY, or the broker's certificate"]
        : ["is nats-server running, and are host and port of NATS_URL right?"];
}
