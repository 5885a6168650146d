using System.Net.Sockets;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A client that reads a kilobyte a second, or as many as it is told.</summary>
internal sealed class TricklingClient : IAsyncDisposable
{
    private const int TinyBuffer = 4096;
    private const int PartsOfASecond = 4;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1.0 / PartsOfASecond);

    private readonly TcpClient _socket;
    private readonly CancellationTokenSource _stop = new();
    private readonly byte[] _buffer;
    private readonly Task _reading;

    private TricklingClient(TcpClient socket, int bytesPerSecond)
    {
        _socket = socket;
        _buffer = new byte[bytesPerSecond / PartsOfASecond];
        _reading = ReadAsync();
    }

    public static async Task<TricklingClient> ConnectAsync(Uri address, string channels, int bytesPerSecond = 1024) => new(
        await RawHandshake.TryOpenAsync(address, channels, TinyBuffer) ?? throw new InvalidOperationException("the server refused the handshake"), bytesPerSecond);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _socket.Client.ReceiveAsync(_buffer, _stop.Token) > 0) await Task.Delay(Pause, _stop.Token);
        }
        catch (Exception over) when (over is SocketException or OperationCanceledException)
        {
            // Cut, or the test is done.
        }
    }
}
