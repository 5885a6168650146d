using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A TCP proxy before a broker whose line has every fault that a line can have, switched while it runs.</summary>
/// <remarks>Any thread switches; each connection has one task a direction.</remarks>
internal sealed class FaultProxy : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(10);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly ConcurrentDictionary<Socket, Socket> _pairs = new();

    private volatile bool _isFrozen, _isBlackhole, _isSplitting;
    private long _left = long.MaxValue;
    private int _cuts, _connections;

    /// <param name="target">Port of the broker.</param>
    public FaultProxy(int target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    public Uri Url => new($"nats://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>What the broker says no longer comes through; what is said to it does.</summary>
    public bool IsFrozen
    {
        get => _isFrozen;
        set => _isFrozen = value;
    }

    /// <summary>Nothing comes through in either direction, and nobody is told.</summary>
    public bool IsBlackhole
    {
        get => _isBlackhole;
        set => _isBlackhole = value;
    }

    /// <summary>Each byte travels alone.</summary>
    public bool IsSplitting
    {
        get => _isSplitting;
        set => _isSplitting = value;
    }

    /// <summary>Time that what the broker says takes.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Bytes a second that come back from the broker; 0 for no bound.</summary>
    public int BytesPerSecond { get; set; }

    /// <summary>The connection on which the broker says the last of so many bytes is cut in the middle of them, once.</summary>
    public long CutAfterBytes
    {
        init => _left = value;
    }

    /// <summary>Connections cut because of <see cref="CutAfterBytes"/>.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>Connections that came.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Ends every connection by a reset on both sides.</summary>
    public void Reset()
    {
        foreach (var (client, server) in _pairs)
        {
            foreach (var end in new[] { client, server })
            {
                try
                {
                    end.LingerState = new LingerOption(true, 0);
                    end.Dispose();
                }
                catch (ObjectDisposedException)
                {
                    // It has ended by itself.
                }
            }
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        Reset();
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
        Interlocked.Increment(ref _connections);
        using var server = new TcpClient { NoDelay = true };
        using (client)
        {
            var (near, far) = (client.Client, server.Client);
            try
            {
                client.NoDelay = true;
                await server.ConnectAsync(IPAddress.Loopback, _target);
                _pairs[near] = far;
                await Task.WhenAny(PassAsync(client.GetStream(), server.GetStream(), isBack: false), PassAsync(server.GetStream(), client.GetStream(), isBack: true));
            }
            catch (Exception gone) when (gone is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // One side has ended, so the other does.
            }
            finally
            {
                _pairs.TryRemove(near, out _);
            }
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to, bool isBack)
    {
        var buffer = new byte[16 * 1024];
        var last = Task.CompletedTask;
        while (true)
        {
            // Not read meanwhile: it stays in the kernel, and then at the sender.
            while (_isBlackhole || (isBack && _isFrozen)) await Task.Delay(Beat);
            var count = await from.ReadAsync(buffer);
            if (count == 0) return;
            while (_isBlackhole || (isBack && _isFrozen)) await Task.Delay(Beat);
            if (isBack && Interlocked.Add(ref _left, -count) is var left && left < 0 && left + count >= 0)
            {
                await to.WriteAsync(buffer.AsMemory(0, (int)(left + count)));
                Interlocked.Increment(ref _cuts);
                return;
            }

            if (isBack && Delay > TimeSpan.Zero)
            {
                last = LaterAsync(last, to, buffer[..count]);
                continue;
            }

            await WriteAsync(to, buffer.AsMemory(0, count));
            if (isBack && BytesPerSecond > 0) await Task.Delay(TimeSpan.FromSeconds((double)count / BytesPerSecond));
        }
    }

    private async Task WriteAsync(NetworkStream to, ReadOnlyMemory<byte> piece)
    {
        if (!_isSplitting)
        {
            await to.WriteAsync(piece);
            return;
        }

        for (var i = 0; i < piece.Length; i++) await to.WriteAsync(piece.Slice(i, 1));
    }

    private async Task LaterAsync(Task before, NetworkStream to, byte[] piece)
    {
        await Task.Delay(Delay);
        await before;
        await WriteAsync(to, piece);
    }
}
