using System.Buffers.Binary;

namespace WsFanout.Transport.Frames;

/// <summary>The header of a frame from a client, RFC 6455 section 5.2.</summary>
/// <param name="Length">Of the header itself. Bytes.</param>
/// <param name="PayloadLength">As declared: nothing of it need have come.</param>
/// <param name="Mask">The masking key, first byte lowest.</param>
internal readonly record struct FrameHeader(byte Opcode, bool IsFinal, int Length, ulong PayloadLength, uint Mask)
{
    /// <summary>Bytes of the longest header: opcode, length byte, 64-bit length, key.</summary>
    public const int Longest = 14;

    private const byte Final = 0x80;
    private const byte Reserved = 0x70;
    private const byte Masked = 0x80;
    private const byte MaxControlLength = 125;
    private const ulong TopBit = 1UL << 63;

    public bool IsControl => (Opcode & 0x8) != 0;

    /// <summary>Reads a header as far as it has come.</summary>
    /// <param name="breaksRule">Whether the first bytes alone say that no client may send this.</param>
    /// <returns>False when bytes are missing, or a rule is broken.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out FrameHeader header, out bool breaksRule)
    {
        header = default;
        breaksRule = bytes.Length > 0 && BreaksRule(bytes[0], bytes.Length > 1 ? bytes[1] : null);
        if (breaksRule || bytes.Length < 2) return false;

        var shortLength = bytes[1] & ~Masked;
        var lengthBytes = shortLength switch { 126 => 2, 127 => 8, _ => 0 };
        if (bytes.Length < 2 + lengthBytes) return false;
        var payload = lengthBytes switch
        {
            2 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            8 => BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]),
            _ => (ulong)shortLength,
        };
        breaksRule = payload >= TopBit || (lengthBytes == 2 && payload < 126) || (lengthBytes == 8 && payload <= ushort.MaxValue);
        var length = 2 + lengthBytes + sizeof(uint);
        if (breaksRule || bytes.Length < length) return false;

        var mask = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(2 + lengthBytes)..]);
        header = new FrameHeader((byte)(bytes[0] & 0xF), (bytes[0] & Final) != 0, length, payload, mask);
        return true;
    }

    private static bool BreaksRule(byte first, byte? second)
    {
        var opcode = (byte)(first & 0xF);
        var isControl = (opcode & 0x8) != 0;

        // No extension is ever agreed on, so no reserved bit means anything.
        if ((first & Reserved) != 0) return true;
        if (opcode is > Messages.Opcode.Binary and < Messages.Opcode.Close or > Messages.Opcode.Pong) return true;
        if (isControl && (first & Final) == 0) return true;
        return second is { } length && ((length & Masked) == 0 || (isControl && (length & ~Masked) > MaxControlLength));
    }
}
