using System.Net;
using System.Net.Sockets;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A TCP proxy before a broker that damages what comes back from it: bytes changed, left out, repeated and made up, at random places.</summary>
/// <remarks>What is done to the n-th connection is decided by the seed n alone, and by how the broker's bytes arrive.</remarks>
internal sealed class DamagingProxy : IDisposable
{
    private static readonly byte[] Wild = " \t\r\n-+0129AaMmHhPpIi{}[]\"\\.:/\0\xff"u8.ToArray();

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly List<TcpClient> _open = [];

    private volatile bool _isSound;
    private int _connections, _damages;

    public DamagingProxy(int target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    public Uri Url => new($"nats://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public int Connections => Volatile.Read(ref _connections);

    public int Damages => Volatile.Read(ref _damages);

    /// <summary>Nothing is damaged any more; what was connected before is cut.</summary>
    public void Mend()
    {
        _isSound = true;
        lock (_gate)
        {
            foreach (var client in _open) client.Dispose();
            _open.Clear();
        }
    }

    public void Dispose()
    {
        _listener.Stop();
        Mend();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                _ = PassAsync(client, new Random(Interlocked.Increment(ref _connections)));
            }
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task PassAsync(TcpClient client, Random random)
    {
        using var broker = new TcpClient { NoDelay = true };
        client.NoDelay = true;
        lock (_gate)
        {
            _open.Add(client);
            _open.Add(broker);
        }

        try
        {
            await broker.ConnectAsync(IPAddress.Loopback, _target);
            await Task.WhenAny(client.GetStream().CopyToAsync(broker.GetStream()), ComeBackAsync(broker.GetStream(), client.GetStream(), random));
        }
        catch (Exception gone) when (gone is SocketException or IOException or ObjectDisposedException)
        {
            // One of the two has gone.
        }
        finally
        {
            client.Dispose();
        }
    }

    private async Task ComeBackAsync(NetworkStream broker, NetworkStream client, Random random)
    {
        var buffer = new byte[16 * 1024];
        long left = random.Next(6_000);
        while (await broker.ReadAsync(buffer) is var count and > 0)
        {
            var bytes = buffer[..count];
            if (!_isSound && (left -= count) < 0)
            {
                bytes = Damaged(bytes, random);
                Interlocked.Increment(ref _damages);
                left = random.Next(6_000);
            }

            await client.WriteAsync(bytes);
        }
    }

    private static byte[] Damaged(byte[] bytes, Random random)
    {
        var list = new List<byte>(bytes);
        for (var times = random.Next(1, 4); times > 0 && list.Count > 1; times--)
        {
            var at = random.Next(list.Count);
            var length = Math.Min(random.Next(1, 40), list.Count - at);
            switch (random.Next(5))
            {
                case 0:
                    list[at] = (byte)random.Next(256);
                    break;
                case 1:
                    list[at] = Wild[random.Next(Wild.Length)];
                    break;
                case 2:
                    list.RemoveRange(at, length);
                    break;
                case 3:
                    list.InsertRange(random.Next(list.Count), list.GetRange(at, length));
                    break;
                default:
                    list.InsertRange(at, Enumerable.Range(0, length).Select(_ => Wild[random.Next(Wild.Length)]));
                    break;
            }
        }

        return [.. list];
    }
}
