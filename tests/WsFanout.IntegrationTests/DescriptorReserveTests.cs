using System.Globalization;
using System.Net;
using System.Net.Sockets;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>The last descriptors are nobody's, also when something else than connections has taken the others.</summary>
[Collection(HeavyTests.Name)]
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class DescriptorReserveTests
{
    private const int Limit = 276;
    private const int Reserve = 32;
    private const int Places = 20 + 48;

    [Fact]
    public async Task Connections_leave_the_last_descriptors_alone_whoever_has_taken_the_others()
    {
        // The process is born with 60 descriptors that it doesn't know of, so there are more places for connections than descriptors left for them.
        using var folder = new EmptyFolder();
        var (program, address) = await ServerProgram.ServeAsync(
            folder.Path, $"ulimit -n {Limit}; for i in $(seq 60); do exec {{taken}}</dev/null; done", ("WS_MAX_CONNECTIONS", "20"), ("WS_HANDSHAKE_TIMEOUT", "5m"));
        using var running = program;
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };
        Assert.Equal(Limit, await MetricAsync(http, "process_max_fds"));

        var open = new List<Socket>();
        for (var i = 1; i < Places; i++) open.Add(await TryConnectAsync(address));
        await Wait.UntilAsync(async () => await MetricAsync(http, "ws_connections_rejected_total{reason=\"max_connections\"}") > 0, "some should be turned away");

        // One that is being closed and the list of descriptors itself may count for a moment.
        Assert.InRange(await MetricAsync(http, "process_open_fds"), 1, Limit - Reserve + 2);
        foreach (var socket in open) socket.Dispose();
        await Wait.UntilAsync(() => IsServedAsync(address), "the next should be served");
    }

    /// <summary>Who is turned away may learn of it before it knows that it was connected.</summary>
    private static async Task<Socket> TryConnectAsync(Uri address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, address.Port);
        }
        catch (SocketException turned) when (turned.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Counted by the server, which is what the test looks at.
        }

        return socket;
    }

    private static async Task<double> MetricAsync(HttpClient http, string series)
    {
        var text = await http.GetStringAsync(new Uri("metrics", UriKind.Relative));
        var line = text.Split('\n').Single(one => one.StartsWith(series + " ", StringComparison.Ordinal));
        return double.Parse(line[(series.Length + 1)..], CultureInfo.InvariantCulture);
    }

    private static async Task<bool> IsServedAsync(Uri address)
    {
        using var another = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };
        try
        {
            return await another.GetStringAsync(new Uri("health/live", UriKind.Relative)) is { Length: > 0 };
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
