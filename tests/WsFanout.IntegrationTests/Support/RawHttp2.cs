using System.Buffers.Binary;
using System.Text;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A client of HTTP/2 that is nothing but its frames (RFC 9113): it can send what no library would.</summary>
/// <remarks>Header fields are literals that no table remembers. One test at a time.</remarks>
internal sealed class RawHttp2 : IDisposable
{
    public const int Data = 0;
    public const int Headers = 1;
    public const int Reset = 3;
    public const int Settings = 4;
    public const int Ping = 6;
    public const int GoAway = 7;
    public const int WindowUpdate = 8;

    public const int EndStream = 1;
    public const int Acknowledged = 1;
    private const int EndHeaders = 4;

    private readonly RawClient _client;

    private RawHttp2(RawClient client) => _client = client;

    /// <summary>What the server allows, by the number of the setting: 3 requests at once, 4 window of a request, 5 largest frame.</summary>
    public Dictionary<int, uint> Allowed { get; } = [];

    /// <summary>Connects, says hello and reads the server's.</summary>
    /// <param name="answerWindow">Bytes of one answer that may come before they are read.</param>
    public static async Task<RawHttp2> ConnectAsync(Uri address, uint answerWindow = 65_535)
    {
        var client = new RawHttp2(await RawClient.OpenAsync(address));
        await client._client.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        var window = new byte[6];
        window[1] = 4;
        BinaryPrimitives.WriteUInt32BigEndian(window.AsSpan(2), answerWindow);
        await client.SendAsync(Settings, 0, 0, window);
        var hello = await client.ReadAsync(Settings);
        for (var at = 0; at < hello.Body.Length; at += 6)
        {
            client.Allowed[BinaryPrimitives.ReadUInt16BigEndian(hello.Body.AsSpan(at))] = BinaryPrimitives.ReadUInt32BigEndian(hello.Body.AsSpan(at + 2));
        }

        await client.SendAsync(Settings, Acknowledged, 0, []);
        return client;
    }

    /// <summary>The head of a publish request.</summary>
    public Task SendHeadAsync(int stream, string channel, int? contentLength = null, bool isWhole = false)
    {
        var block = new MemoryStream();
        Write(block, ":method", "POST");
        Write(block, ":scheme", "http");
        Write(block, ":path", $"/publish/{channel}");
        Write(block, ":authority", "127.0.0.1");
        if (contentLength is { } length) Write(block, "content-length", length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return SendAsync(Headers, EndHeaders | (isWhole ? EndStream : 0), stream, block.ToArray());
    }

    public Task SendDataAsync(int stream, byte[] body, bool isLast = true) => SendAsync(Data, isLast ? EndStream : 0, stream, body);

    public Task SendNumberAsync(int type, int stream, uint number)
    {
        var body = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(body, number);
        return SendAsync(type, 0, stream, body);
    }

    public Task SendAsync(int type, int flags, int stream, byte[] body)
    {
        var frame = new byte[9 + body.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)body.Length << 8);
        (frame[3], frame[4]) = ((byte)type, (byte)flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        body.CopyTo(frame, 9);
        return _client.SendAsync(frame);
    }

    /// <summary>The next frame of that type and, unless it is 0, that request; others are passed over.</summary>
    public async Task<RawHttp2Frame> ReadAsync(int type, int stream = 0)
    {
        while (true)
        {
            var frame = await ReadAsync() ?? throw new IOException($"the connection has ended before a frame of type {type} for {stream} came");
            if (frame.Type == type && frame.Flags != (type is Settings or Ping ? Acknowledged : -1) && (stream == 0 || frame.Stream == stream)) return frame;
        }
    }

    /// <summary>The next frame; null when the server has ended the connection.</summary>
    public async Task<RawHttp2Frame?> ReadAsync()
    {
        if (await _client.ReadBytesAsync(9) is not { } head) return null;
        var length = (int)(BinaryPrimitives.ReadUInt32BigEndian(head) >> 8);
        var body = length == 0 ? [] : await _client.ReadBytesAsync(length) ?? throw new IOException("cut within a frame");
        return new RawHttp2Frame(head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)) & int.MaxValue, body);
    }

    /// <summary>Reads the answer to one request: its body, text.</summary>
    public async Task<string> ReadAnswerAsync(int stream)
    {
        var text = new StringBuilder();
        while (true)
        {
            var data = await ReadAsync(Data, stream);
            text.Append(Encoding.UTF8.GetString(data.Body));
            if ((data.Flags & EndStream) != 0) return text.ToString();
        }
    }

    /// <summary>Cuts the connection without a goodbye.</summary>
    public void Cut() => _client.Reset();

    public void Dispose() => _client.Dispose();

    private static void Write(MemoryStream block, string name, string value)
    {
        block.WriteByte(0);
        foreach (var text in (string[])[name, value])
        {
            block.WriteByte((byte)text.Length);
            block.Write(Encoding.ASCII.GetBytes(text));
        }
    }
}
