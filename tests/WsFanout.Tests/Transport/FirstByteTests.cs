using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using WsFanout.Transport;

namespace WsFanout.Tests.Transport;

public sealed class FirstByteTests
{
    [Fact]
    public async Task A_client_whose_bytes_wait_in_the_kernel_is_not_cut_because_the_server_is_late()
    {
        using var pair = await SocketPair.ConnectAsync();
        await pair.Client.SendAsync(new byte[] { 1 });
        Assert.True(pair.Server.Poll(TimeSpan.FromSeconds(10), SelectMode.SelectRead));
        var (connection, arriving) = ConnectionOn(pair.Server);
        var passed = new TaskCompletionSource();

        var handling = FirstByteOn(passed).HandleAsync(connection);
        Assert.False(handling.IsCompleted);
        await arriving.WriteAsync(new byte[] { 1 });
        await handling.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.True(passed.Task.IsCompleted);
    }

    [Fact]
    public async Task A_client_that_has_sent_nothing_is_cut_when_the_time_is_over()
    {
        using var pair = await SocketPair.ConnectAsync();
        var (connection, _) = ConnectionOn(pair.Server);
        var passed = new TaskCompletionSource();

        await FirstByteOn(passed).HandleAsync(connection).WaitAsync(TimeSpan.FromSeconds(10));

        Assert.False(passed.Task.IsCompleted);
    }

    private static FirstByte FirstByteOn(TaskCompletionSource passed) => new(
        _ =>
        {
            passed.SetResult();
            return Task.CompletedTask;
        },
        TimeSpan.FromHours(1), new NoTimeLeft());

    /// <summary>A connection whose bytes come when the test writes them, whatever the socket has.</summary>
    private static (ConnectionContext Connection, PipeWriter Arriving) ConnectionOn(Socket socket)
    {
        var input = new Pipe();
        var connection = new DefaultConnectionContext { Transport = new Duplex(input.Reader, new Pipe().Writer) };
        connection.Features.Set<IConnectionSocketFeature>(new SocketFeature(socket));
        return (connection, input.Writer);
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed record SocketFeature(Socket Socket) : IConnectionSocketFeature;

    private sealed record SocketPair(Socket Client, Socket Server) : IDisposable
    {
        public static async Task<SocketPair> ConnectAsync()
        {
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(listener.LocalEndPoint!);
            return new SocketPair(client, await listener.AcceptAsync());
        }

        public void Dispose()
        {
            Client.Dispose();
            Server.Dispose();
        }
    }

    /// <summary>A clock on which every timer is over while it is being set.</summary>
    private sealed class NoTimeLeft : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            callback(state);
            return new Over();
        }

        private sealed class Over : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
