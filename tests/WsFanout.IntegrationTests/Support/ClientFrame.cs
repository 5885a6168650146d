using System.Buffers.Binary;
using System.Text;

namespace WsFanout.IntegrationTests.Support;

/// <summary>One WebSocket frame as a client sends it, right or wrong.</summary>
internal sealed record ClientFrame(int Opcode, byte[] Payload)
{
    private const int Final = 8;

    /// <summary>FIN and the reserved bits: 8 is FIN alone.</summary>
    public int Flags { get; init; } = Final;

    public bool IsMasked { get; init; } = true;

    public byte[] Mask { get; init; } = [0x37, 0xfa, 0x21, 0x3d];

    /// <summary>What the header says; null for the truth.</summary>
    public ulong? DeclaredLength { get; init; }

    /// <summary>Bytes behind the length byte: 2 or 8; 0 for as few as the length needs.</summary>
    public int LengthBytes { get; init; }

    public static ClientFrame Text(string text) => Text(Encoding.UTF8.GetBytes(text));

    public static ClientFrame Text(byte[] bytes) => new(RawFrame.Text, bytes);

    public static ClientFrame Binary(byte[] bytes) => new(RawFrame.Binary, bytes);

    public static ClientFrame Ping(string text) => new(RawFrame.Ping, Encoding.UTF8.GetBytes(text));

    public static ClientFrame Ping(byte[] bytes) => new(RawFrame.Ping, bytes);

    public static ClientFrame Pong(string text) => new(RawFrame.Pong, Encoding.UTF8.GetBytes(text));

    public static ClientFrame Close() => new(RawFrame.Close, []);

    public static ClientFrame Close(int code, string reason = "") => Close(code, Encoding.UTF8.GetBytes(reason));

    public static ClientFrame Close(int code, byte[] reason) => new(RawFrame.Close, [(byte)(code >> 8), (byte)code, .. reason]);

    /// <summary>The first fragment of a text.</summary>
    public static ClientFrame Begin(string text) => Begin(Encoding.UTF8.GetBytes(text));

    public static ClientFrame Begin(byte[] bytes) => Text(bytes) with { Flags = 0 };

    /// <summary>A fragment that is neither first nor last.</summary>
    public static ClientFrame More(string text) => More(Encoding.UTF8.GetBytes(text));

    public static ClientFrame More(byte[] bytes) => new(RawFrame.Continuation, bytes) { Flags = 0 };

    /// <summary>The last fragment.</summary>
    public static ClientFrame End(string text) => End(Encoding.UTF8.GetBytes(text));

    public static ClientFrame End(byte[] bytes) => new(RawFrame.Continuation, bytes);

    public byte[] ToBytes()
    {
        var declared = DeclaredLength ?? (ulong)Payload.Length;
        var lengthBytes = LengthBytes > 0 ? LengthBytes : declared < 126 ? 0 : declared <= ushort.MaxValue ? 2 : 8;
        var header = 2 + lengthBytes + (IsMasked ? Mask.Length : 0);
        var bytes = new byte[header + Payload.Length];
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(number, declared);
        bytes[0] = (byte)((Flags << 4) | Opcode);
        bytes[1] = (byte)((IsMasked ? 0x80 : 0) | lengthBytes switch { 0 => (int)declared, 2 => 126, _ => 127 });
        number[(8 - lengthBytes)..].CopyTo(bytes.AsSpan(2));
        Payload.CopyTo(bytes, header);
        if (!IsMasked) return bytes;

        Mask.CopyTo(bytes, 2 + lengthBytes);
        for (var i = 0; i < Payload.Length; i++) bytes[header + i] ^= Mask[i & 3];
        return bytes;
    }
}
