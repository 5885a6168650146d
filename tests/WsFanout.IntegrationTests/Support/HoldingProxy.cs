using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A TCP proxy before a broker or a server that stops or cuts at a word of the client's, and shapes what comes back.</summary>
internal sealed class HoldingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly ConcurrentBag<TcpClient> _clients = [];

    private volatile string? _word, _cutAfter, _lost;
    private volatile bool _isAway, _isAwayLater;
    private int _turnedAway;

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

    /// <summary>Whether nobody comes through any more.</summary>
    public bool IsAway
    {
        get => _isAway;
        set => _isAway = value;
    }

    /// <summary>Connections that came while nobody came through.</summary>
    public int TurnedAway => Volatile.Read(ref _turnedAway);

    /// <summary>Time that what comes back from the broker takes.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>From now on the first piece that a client sends with this word waits for <see cref="Release"/>.</summary>
    public void HoldAt(string word) => _word = word;

    /// <summary>The next piece that a client sends with this word is lost, and nobody is told.</summary>
    public void Lose(string word) => _lost = word;

    /// <summary>Cuts every connection.</summary>
    public void Cut()
    {
        while (_clients.TryTake(out var client)) client.Dispose();
    }

    /// <summary>The first connection on which a client sends this word is cut when the broker has answered it with an acknowledgement, which is lost.</summary>
    /// <param name="isAway">Whether nobody comes through from then on.</param>
    public void CutAfter(string word, bool isAway = false) => (_isAwayLater, _cutAfter) = (isAway, word);

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
                if (_isAway)
                {
                    Interlocked.Increment(ref _turnedAway);
                    return;
                }

                _clients.Add(client);

                // Small buffers, so that what is not taken here stays at the broker.
                server.ReceiveBufferSize = 64 * 1024;
                await server.ConnectAsync(IPAddress.Loopback, _target);
                var cutting = new TaskCompletionSource();
                await Task.WhenAny(GoAsync(client.GetStream(), server.GetStream(), cutting), ComeAsync(server.GetStream(), client.GetStream(), cutting.Task));
            }
            catch (Exception gone) when (gone is IOException or SocketException or ObjectDisposedException)
            {
                // One side has ended, so the other does.
            }
        }
    }

    private async Task GoAsync(NetworkStream from, NetworkStream to, TaskCompletionSource cutting)
    {
        var buffer = new byte[32 * 1024];
        for (int count; (count = await from.ReadAsync(buffer)) > 0;)
        {
            var text = Encoding.UTF8.GetString(buffer, 0, count);
            if (_word is { } word && text.Contains(word, StringComparison.Ordinal))
            {
                _held.TrySetResult();
                await _released.Task;
            }

            if (_lost is { } lost && text.Contains(lost, StringComparison.Ordinal))
            {
                _lost = null;
                continue;
            }

            if (_cutAfter is { } last && text.Contains(last, StringComparison.Ordinal))
            {
                _cutAfter = null;
                cutting.SetResult();
            }

            await to.WriteAsync(buffer.AsMemory(0, count));
        }
    }

    private async Task ComeAsync(NetworkStream from, NetworkStream to, Task cutting)
    {
        var buffer = new byte[32 * 1024];
        var last = Task.CompletedTask;
        for (int count; (count = await from.ReadAsync(buffer)) > 0;)
        {
            if (cutting.IsCompleted)
            {
                // Nothing more goes through, so that the answer is lost whatever comes with it.
                if (!Encoding.UTF8.GetString(buffer, 0, count).Contains("\"seq\":", StringComparison.Ordinal)) continue;
                _isAway = _isAwayLater;
                return;
            }

            if (Latency > TimeSpan.Zero)
            {
                last = LaterAsync(last, to, buffer[..count]);
                continue;
            }

            await to.WriteAsync(buffer.AsMemory(0, count));
            if (BytesPerSecond > 0) await Task.Delay(TimeSpan.FromSeconds((double)count / BytesPerSecond));
        }
    }

    private async Task LaterAsync(Task before, NetworkStream to, byte[] piece)
    {
        await Task.Delay(Latency);
        await before;
        await to.WriteAsync(piece);
    }
}
