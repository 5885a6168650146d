using System.Net;
using System.Net.Sockets;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>A listener beside it takes nobody, and its backlog is full: the kernel counts for all listeners of the network namespace together.</summary>
internal sealed class OverflowingServer : BrokerlessScenario
{
    public const string Name = "overflowing";
    public const string Alert = "ListenOverflow warning";

    private const int Clients = 6;

    private readonly List<Socket> _sockets = [];
    private readonly CancellationTokenSource _enough = new();

    public override string Instance => Name;

    public override IReadOnlyList<string> Alerts => [Alert];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _enough.Dispose();
    }

    protected override Task BeginAsync()
    {
        var listener = NewSocket();
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);

        // Most of them never get there, and end with the rest.
        for (var i = 0; i < Clients; i++) _ = NewSocket().ConnectAsync(listener.LocalEndPoint!, _enough.Token).AsTask();
        return Task.CompletedTask;
    }

    protected override async Task EndAsync()
    {
        await _enough.CancelAsync();
        foreach (var socket in _sockets) socket.Dispose();
    }

    private Socket NewSocket()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _sockets.Add(socket);
        return socket;
    }
}
