using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A client that is nothing but a socket: it can send what no library would, and can stop reading or answering.</summary>
/// <remarks>One test at a time. Every wait ends after ten seconds with an exception.</remarks>
internal sealed class RawClient : IDisposable
{
    /// <summary>The head of a correct handshake, up to the blank line, for one with a change to make.</summary>
    public const string Upgrade =
        "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    private RawClient(Socket socket) => _socket = socket;

    /// <param name="receiveBufferBytes">The kernel's buffer for what comes; 0 for its own choice.</param>
    public static Task<RawClient> OpenAsync(TestServer server, int receiveBufferBytes = 0) => OpenAsync(server.BaseAddress, receiveBufferBytes);

    /// <param name="from">This end's address; null for the system's choice. Each has its own ports.</param>
    public static async Task<RawClient> OpenAsync(Uri address, int receiveBufferBytes = 0, IPAddress? from = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBufferBytes > 0) socket.ReceiveBufferSize = receiveBufferBytes;
        if (from is not null) socket.Bind(new IPEndPoint(from, 0));
        await socket.ConnectAsync(IPAddress.Parse(address.Host), address.Port);
        return new RawClient(socket);
    }

    /// <summary>Opens, shakes hands and reads <c>welcome</c>.</summary>
    public static Task<RawClient> ConnectAsync(TestServer server, string query = "", int receiveBufferBytes = 0) =>
        ConnectAsync(server.BaseAddress, query, receiveBufferBytes);

    public static async Task<RawClient> ConnectAsync(Uri address, string query = "", int receiveBufferBytes = 0, IPAddress? from = null)
    {
        var client = await OpenAsync(address, receiveBufferBytes, from);
        await client.SendAsync(Upgrade.Replace("/ws", "/ws" + query, StringComparison.Ordinal) + "\r\n");
        var reply = await client.ReadReplyAsync();
        Assert.Equal(101, reply.Status);
        Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", reply.Headers["sec-websocket-accept"]);
        Assert.Equal("welcome", (await client.ReadAsync())?.Type);
        return client;
    }

    /// <summary>Sends one request and reads one reply.</summary>
    public static Task<HttpReply> ExchangeAsync(TestServer server, string request) => ExchangeAsync(server.BaseAddress, request);

    public static async Task<HttpReply> ExchangeAsync(Uri address, string request)
    {
        using var client = await OpenAsync(address);
        await client.SendAsync(request);
        return await client.ReadReplyAsync();
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var limit = new CancellationTokenSource(Deadline);
        while (!bytes.IsEmpty) bytes = bytes[await _socket.SendAsync(bytes, limit.Token)..];
    }

    public Task SendTextAsync(string text) => SendFrameAsync(RawFrame.Text, Encoding.UTF8.GetBytes(text));

    public Task SendCloseAsync(int code) => SendFrameAsync(RawFrame.Close, [(byte)(code >> 8), (byte)code]);

    /// <param name="flags">FIN and the reserved bits: 8 is FIN alone.</param>
    /// <param name="declaredLength">What the header says; null for the truth.</param>
    public Task SendFrameAsync(int opcode, byte[] payload, int flags = 8, bool masked = true, ulong? declaredLength = null) =>
        SendAsync(new ClientFrame(opcode, payload) { Flags = flags, IsMasked = masked, DeclaredLength = declaredLength }.ToBytes());

    /// <summary>The next frame; null when the server has ended the connection.</summary>
    public async Task<RawFrame?> ReadAsync()
    {
        if (await ReadExactlyAsync(2) is not { } head) return null;
        Assert.True((head[0] & 0xf0) == 0x80 && head[1] < 0x80, "a server's frame is whole, without reserved bits, unmasked");
        long length = head[1];
        if (length == 126) length = BinaryPrimitives.ReadUInt16BigEndian(await ReadExactlyAsync(2) ?? throw Cut());
        else if (length == 127) length = BinaryPrimitives.ReadInt64BigEndian(await ReadExactlyAsync(8) ?? throw Cut());
        Assert.True(length >= head[1] switch { 127 => 65536, 126 => 126, _ => 0 }, "a length takes as few bytes as it can");
        return new RawFrame(head[0] & 0xf, await ReadExactlyAsync((int)length) ?? throw Cut());
    }

    /// <summary>The next text frame of this type; all before it are passed over.</summary>
    public async Task<RawFrame> ReadAsync(string type)
    {
        while (await ReadAsync() is { } frame)
        {
            if (frame.Opcode == RawFrame.Close) throw new InvalidOperationException($"closed with {frame.CloseCode} before a {type} came");
            if (frame.Type == type) return frame;
        }

        throw new InvalidOperationException($"the connection ended before a {type} came");
    }

    /// <summary>Everything up to the close frame, which is the last; without one the connection was cut.</summary>
    public async Task<IReadOnlyList<RawFrame>> ReadToEndAsync()
    {
        var frames = new List<RawFrame>();
        while (await ReadAsync() is { } frame)
        {
            frames.Add(frame);
            if (frame.Opcode == RawFrame.Close) break;
        }

        return frames;
    }

    public async Task AssertClosedAsync(int code)
    {
        var frames = await ReadToEndAsync();
        Assert.True(frames is [.., { Opcode: RawFrame.Close }], $"a close frame with {code} should come, not an end after: {string.Join(", ", frames)}");
        Assert.Equal(code, frames[^1].CloseCode);
    }

    public async Task<HttpReply> ReadReplyAsync()
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            head.Append((char)(await ReadExactlyAsync(1) ?? throw Cut())[0]);
        }

        var lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(line => line.Split(':', 2)).ToDictionary(pair => pair[0].ToLowerInvariant(), pair => pair[1].Trim());
        var length = headers.TryGetValue("content-length", out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
        var body = Encoding.UTF8.GetString(await ReadExactlyAsync(length) ?? throw Cut());
        return new HttpReply(int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), headers, body);
    }

    /// <summary>So many bytes; null when the server has ended the connection before them.</summary>
    public Task<byte[]?> ReadBytesAsync(int count) => ReadExactlyAsync(count);

    /// <summary>Everything until the server ends the connection.</summary>
    public async Task<byte[]> ReadRestAsync()
    {
        var rest = new List<byte>();
        while (await ReadExactlyAsync(1) is { } next) rest.Add(next[0]);
        return [.. rest];
    }

    /// <summary>Throws away what comes until the server ends the connection.</summary>
    public async Task DrainAsync()
    {
        while (await FillAsync())
        {
        }
    }

    /// <summary>Says that nothing will come any more; still reads.</summary>
    public void EndSending()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The server has ended the connection already; what it said can still be read.
        }
    }

    /// <summary>Ends it with a reset, as a crash would.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();

    private static IOException Cut() => new("the connection ended in the middle of something");

    private async Task<byte[]?> ReadExactlyAsync(int count)
    {
        var bytes = new byte[count];
        for (var done = 0; done < count;)
        {
            if (_start == _end && !await FillAsync()) return done == 0 ? null : throw Cut();
            var part = Math.Min(count - done, _end - _start);
            _buffer.AsSpan(_start, part).CopyTo(bytes.AsSpan(done));
            _start += part;
            done += part;
        }

        return bytes;
    }

    private async Task<bool> FillAsync()
    {
        using var limit = new CancellationTokenSource(Deadline);
        try
        {
            _start = 0;
            _end = await _socket.ReceiveAsync(_buffer, limit.Token);
            return _end > 0;
        }
        catch (SocketException)
        {
            _end = 0;
            return false;
        }
    }
}
