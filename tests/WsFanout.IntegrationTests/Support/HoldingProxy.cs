using System.Net;
using System.Net.Sockets;
using System.Text;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A TCP proxy before the broker that stops at a word of the client's until it is let go on, and shapes what comes back.</summary>
internal sealed class HoldingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private volatile string? _word;

    /// <param name="target">Port of the broker.</param>
    public HoldingProxy(int target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    public Uri Url => new($"nats://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Ends when the word has come and is held.</summary>
    public Task Held => _held.Task.WaitAsync(TimeSpan.FromSeconds(15));

    /// <summary>Bytes a second that come back from the broker; 0 for no bound.</summary>
    public int BytesPerSecond { get; init; }

    /// <summary>From now on the first piece that a client sends with this word waits for <see cref="Release"/>.</summary>
    public void HoldAt(string word) => _word = word;

    public void Release()
    {
        _word = null;
        _released.TrySetResult();
    }

    public void Dispose()
    {
        Release();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                // Small buffers, so that what is not taken here stays at the broker.
                server.ReceiveBufferSize = 64 * 1024;
                await server.ConnectAsync(IPAddress.Loopback, _target);
                await Task.WhenAny(MoveAsync(client.GetStream(), server.GetStream(), isClient: true), MoveAsync(server.GetStream(), client.GetStream(), isClient: false));
            }
            catch (Exception gone) when (gone is IOException or SocketException or ObjectDisposedException)
            {
                // One side has ended, so the other does.
            }
        }
    }

    private async Task MoveAsync(NetworkStream from, NetworkStream to, bool isClient)
    {
        var buffer = new byte[32 * 1024];
        for (int count; (count = await from.ReadAsync(buffer)) > 0;)
        {
            if (isClient && _word is { } word && Encoding.UTF8.GetString(buffer, 0, count).Contains(word, StringComparison.Ordinal))
            {
                _held.TrySetResult();
                await _released.Task;
            }

            await to.WriteAsync(buffer.AsMemory(0, count));
            if (!isClient && BytesPerSecond > 0) await Task.Delay(TimeSpan.FromSeconds((double)count / BytesPerSecond));
        }
    }
}
