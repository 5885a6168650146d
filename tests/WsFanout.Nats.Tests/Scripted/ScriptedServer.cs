using System.Net;
using System.Net.Sockets;

namespace WsFanout.Nats.Tests.Scripted;

/// <summary>
/// A listener on loopback that plays a script to every connection. A script's own failure is what <see cref="DisposeAsync"/> throws, unless it
/// is only that the client hung up.
/// </summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<ScriptedPeer, Task> _script;
    private readonly Task _accepting;

    // Interlocked.
    private int _connections;

    private ScriptedServer(Func<ScriptedPeer, Task> script)
    {
        _script = script;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Url => new($"nats://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public int Connections => Volatile.Read(ref _connections);

    /// <param name="script">Plays one connection, which is closed when it returns.</param>
    public static ScriptedServer Start(Func<ScriptedPeer, Task> script) => new(script);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var playing = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                playing.Add(PlayAsync(new ScriptedPeer(client, Interlocked.Increment(ref _connections), _stopping.Token)));
            }
        }
        catch (Exception stopped) when (_stopping.IsCancellationRequested && stopped is (OperationCanceledException or InvalidOperationException or SocketException))
        {
            // A client that came in the last moment leaves the loop to meet a listener that is closed.
            await Task.WhenAll(playing);
        }
    }

    private async Task PlayAsync(ScriptedPeer peer)
    {
        using (peer)
        {
            try
            {
                await _script(peer);
            }
            catch (Exception gone) when (gone is IOException or EndOfStreamException || (gone is OperationCanceledException && _stopping.IsCancellationRequested))
            {
                // The client may leave at any point of a script; whether it should have is the test's question.
                return;
            }
        }
    }
}
