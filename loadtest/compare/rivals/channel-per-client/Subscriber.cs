using System.Net.WebSockets;
using System.Threading.Channels;

namespace ChannelPerClient;

/// <summary>One client: a bounded channel, a loop that sends from it and one that reads.</summary>
internal sealed class Subscriber(WebSocket socket)
{
    private const int MostWaitingMessages = 256;

    private readonly Channel<byte[]> _waiting = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(MostWaitingMessages) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });

    /// <summary>Never blocks: a client that is behind loses its oldest messages.</summary>
    public void Enqueue(byte[] message) => _waiting.Writer.TryWrite(message);

    /// <summary>Ends when the client does.</summary>
    public async Task ServeAsync(CancellationToken cancellationToken)
    {
        var sending = SendAsync(cancellationToken);
        try
        {
            await ReadUntilCloseAsync(cancellationToken);
        }
        finally
        {
            _waiting.Writer.TryComplete();
        }

        await sending;
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        await foreach (var message in _waiting.Reader.ReadAllAsync(cancellationToken))
        {
            await socket.SendAsync(message.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        }
    }

    private async Task ReadUntilCloseAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[512];
        while ((await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken)).MessageType != WebSocketMessageType.Close)
        {
        }
    }
}
