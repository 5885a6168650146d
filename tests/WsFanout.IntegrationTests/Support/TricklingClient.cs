using System.Net.Sockets;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A client that reads a kilobyte a second.</summary>
internal sealed class TricklingClient : IAsyncDisposable
{
    private const int TinyBuffer = 4096;
    private const int BytesAtATime = 256;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly TcpClient _socket;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;

    private TricklingClient(TcpClient socket)
    {
        _socket = socket;
        _reading = ReadAsync();
    }

    public static async Task<TricklingClient> ConnectAsync(Uri address, string channels) => new(
        await RawHandshake.TryOpenAsync(address, channels, TinyBuffer) ?? throw new InvalidOperationException("the server refused the handshake"));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[BytesAtATime];
        try
        {
            while (await _socket.Client.ReceiveAsync(buffer, _stop.Token) > 0) await Task.Delay(Pause, _stop.Token);
        }
        catch (Exception over) when (over is SocketException or OperationCanceledException)
        {
            // Cut, or the test is done.
        }
    }
}
