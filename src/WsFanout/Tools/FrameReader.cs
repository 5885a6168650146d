using System.Net.WebSockets;

namespace WsFanout.Tools;

/// <summary>Puts the pieces of WebSocket messages together.</summary>
internal sealed class FrameReader(WebSocket socket)
{
    // A payload of 1 MB can become a JSON string of 6 MB; beyond this it is no message of this server.
    private const int MaxFrameBytes = 64 << 20;

    // Receive loop only.
    private byte[] _buffer = new byte[16 * 1024];

    /// <summary>The next text frame, good until the next call; empty when the server closed the connection.</summary>
    /// <exception cref="WebSocketException">The connection broke, or the frame is none of ours.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(CancellationToken stop)
    {
        var filled = 0;
        while (true)
        {
            var result = await socket.ReceiveAsync(_buffer.AsMemory(filled), stop);
            if (result.MessageType == WebSocketMessageType.Close) return default;
            if (result.MessageType == WebSocketMessageType.Binary) throw new WebSocketException("the server sent a binary frame");

            filled += result.Count;
            if (result.EndOfMessage) return _buffer.AsMemory(0, filled);
            if (filled == MaxFrameBytes) throw new WebSocketException($"the server sent a frame of more than {MaxFrameBytes} bytes");
            if (filled == _buffer.Length) Array.Resize(ref _buffer, Math.Min(MaxFrameBytes, _buffer.Length * 2));
        }
    }
}
