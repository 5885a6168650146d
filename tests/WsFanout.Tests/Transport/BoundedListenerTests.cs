using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using WsFanout.Transport;

namespace WsFanout.Tests.Transport;

public sealed class BoundedListenerTests
{
    [Fact]
    public async Task A_connection_without_a_place_is_closed_and_the_next_is_accepted()
    {
        var asked = 0;
        await using var listener = await BindAsync(_ => Interlocked.Increment(ref asked) == 1 ? null : new Place());
        using var turnedAway = await ConnectAsync(listener);
        using var letIn = await ConnectAsync(listener);

        await using var accepted = await listener.AcceptAsync();

        Assert.Equal(((IPEndPoint)letIn.LocalEndPoint!).Port, ((IPEndPoint)accepted!.RemoteEndPoint!).Port);
        Assert.True(await IsOverAsync(turnedAway));
    }

    [Fact]
    public async Task Nothing_is_accepted_before_it_may_be_and_then_the_one_that_waited_longest()
    {
        var mayAccept = new TaskCompletionSource();
        await using var listener = await BindAsync(_ => new Place(), _ => new ValueTask(mayAccept.Task));
        using var first = await ConnectAsync(listener);
        using var second = await ConnectAsync(listener);

        var accepting = listener.AcceptAsync().AsTask();
        Assert.False(accepting.IsCompleted);
        mayAccept.SetResult();
        await using var accepted = await accepting;

        Assert.Equal(((IPEndPoint)first.LocalEndPoint!).Port, ((IPEndPoint)accepted!.RemoteEndPoint!).Port);
    }

    [Fact]
    public async Task A_listener_that_is_unbound_stops_waiting_and_accepts_no_more()
    {
        await using var listener = await BindAsync(_ => new Place(), async stopping =>
            await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing));
        var accepting = listener.AcceptAsync().AsTask();

        await listener.UnbindAsync();

        Assert.Null(await accepting.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    private static ValueTask<IConnectionListener> BindAsync(Func<ConnectionContext, IDisposable?> tryEnter, Func<CancellationToken, ValueTask>? beforeAccept = null)
    {
        var sockets = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        return new BoundedListenerFactory(sockets, tryEnter, beforeAccept).BindAsync(new IPEndPoint(IPAddress.Loopback, 0));
    }

    private static async Task<Socket> ConnectAsync(IConnectionListener listener)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listener.EndPoint);
        return socket;
    }

    private static async Task<bool> IsOverAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            return await socket.ReceiveAsync(new byte[1], limit.Token) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private sealed class Place : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
