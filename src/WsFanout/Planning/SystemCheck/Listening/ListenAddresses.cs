using System.Globalization;
using System.Net;
using System.Net.Sockets;
using WsFanout.Hosting.Settings.Grammars;
using WsFanout.Tools;
using WsFanout.Transport;

namespace WsFanout.Planning.SystemCheck.Listening;

/// <summary>Whether the addresses can be listened on now: each is bound as the server does it, and let go at once.</summary>
internal sealed class ListenAddresses(Hosting.HostOptions host, PortHolders holders, TimeSpan timeout)
{
    public async Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancellationToken)
    {
        List<Finding> findings = [await LookAsync("WS_ADDR", host.Address, host.Tls is not null, cancellationToken)];
        if (host.AdminAddress is { } admin) findings.Add(await LookAsync("WS_ADMIN_ADDR", admin, isTls: false, cancellationToken));
        if (host.PublishAddress is { } publish) findings.Add(await LookAsync("WS_PUBLISH_ADDR", publish, isTls: false, cancellationToken));
        return findings;
    }

    private async Task<Finding> LookAsync(string setting, string address, bool isTls, CancellationToken cancellationToken)
    {
        var finding = new Finding(Groups.Listening, "listen", Verdict.Ok) { Subject = $"{setting} {address}", Needed = "free" };
        var listen = ListenAddress.Parse(address, out var problem);
        if (listen is null) return finding with { Verdict = Verdict.Error, Detail = problem };
        try
        {
            foreach (var endpoint in await EndpointsAsync(listen, cancellationToken)) Bind(endpoint);
            return finding with { Found = listen.Port == 0 ? "a port of the system's choice" : "free" };
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return await InUseAsync(finding, ServerUrl.OfListener(address, isTls), listen.Port, cancellationToken);
        }
        catch (SocketException refused)
        {
            return Refused(finding, listen, refused);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return finding with { Verdict = Verdict.Unknown, Detail = string.Create(CultureInfo.InvariantCulture, $"Nobody said within {timeout.TotalSeconds:0.###} s which address {listen.Host} has.") };
        }
    }

    private static void Bind(IPEndPoint endpoint)
    {
        try
        {
            ListenSocket.Bind(endpoint, new ListenSocketOptions()).Dispose();
        }
        catch (SocketException refused) when (endpoint.Address.Equals(IPAddress.IPv6Loopback) && refused.SocketErrorCode != SocketError.AddressAlreadyInUse)
        {
            // The server does without it where there is none.
        }
        catch (SocketException) when (endpoint.Address.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6)
        {
            ListenSocket.Bind(new IPEndPoint(IPAddress.Any, endpoint.Port), new ListenSocketOptions()).Dispose();
        }
    }

    private async Task<IReadOnlyList<IPEndPoint>> EndpointsAsync(ListenAddress listen, CancellationToken cancellationToken)
    {
        if (listen.Host.Length == 0) return [new(IPAddress.IPv6Any, listen.Port)];
        if (IPAddress.TryParse(listen.Host, out var ip)) return [new(ip, listen.Port)];
        if (listen.Host == "localhost") return [new(IPAddress.Loopback, listen.Port), new(IPAddress.IPv6Loopback, listen.Port)];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        return [new((await Dns.GetHostAddressesAsync(listen.Host, limit.Token))[0], listen.Port)];
    }

    private async Task<Finding> InUseAsync(Finding finding, Uri? url, int port, CancellationToken cancellationToken)
    {
        var holder = holders.Find(port);
        var isOurs = holder is { IsWsFanout: true } || (holder is null && url is not null && await AnswersAsync(url, cancellationToken));
        var who = holder is null ? "a process that this user can't see" : string.Create(CultureInfo.InvariantCulture, $"{holder.Name}, process {holder.Process}");
        return isOurs
            ? finding with { Verdict = Verdict.Warning, Found = holder is null ? "a WsFanout server that is running" : $"a WsFanout server that is running ({who})", Detail = "A second one can't listen here; to check beside a running one, this is as it should be." }
            : finding with { Verdict = Verdict.Error, Found = $"in use by {who}", Cure = [$"ss -ltnp 'sport = :{port.ToString(CultureInfo.InvariantCulture)}'  (as root, shows who)", "another port in " + finding.Subject?.Split(' ')[0]] };
    }

    /// <summary>Whether the health check of a server of ours answers there.</summary>
    private async Task<bool> AnswersAsync(Uri url, CancellationToken cancellationToken)
    {
        using var http = ToolHttp.Client(timeout);
        try
        {
            return (await http.GetStringAsync(ServerUrl.At(url, "/health/live"), cancellationToken)).Contains("\"live\":true", StringComparison.Ordinal);
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static Finding Refused(Finding finding, ListenAddress listen, SocketException refused)
    {
        var (detail, cure) = refused.SocketErrorCode switch
        {
            SocketError.AccessDenied => (
                "Ports this low are for root, unless the machine says otherwise.",
                (string[])["a port from 1024 on, and the low one by the container's port mapping or a proxy", string.Create(CultureInfo.InvariantCulture, $"sysctl -w net.ipv4.ip_unprivileged_port_start={listen.Port}"), "systemd: AmbientCapabilities=CAP_NET_BIND_SERVICE"]),
            SocketError.AddressNotAvailable => ($"{listen.Host} is no address of this machine.", ["ip address  (shows those that are)"]),
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => ($"{listen.Host} is not known as a name.", []),
            _ => ($"The system refuses it: {refused.SocketErrorCode}.", []),
        };
        return finding with { Verdict = Verdict.Error, Found = "not possible", Detail = detail, Cure = cure };
    }
}
