using System.Buffers.Binary;

namespace WsFanout.Messages;

/// <summary>
/// One finished WebSocket frame from the server: header and payload together, unmasked, the same bytes for every client. All but an echo is JSON text.
/// </summary>
/// <remarks>Immutable once built; shared by queues, history and sockets without copies.</remarks>
internal class Frame
{
    /// <summary>Most bytes that a frame's header takes: opcode, length byte, 64-bit length.</summary>
    public const int MaxHeaderLength = 10;

    private const byte FinalText = 0x81;
    private const byte FinalBinary = 0x82;

    protected Frame(byte[] bytes, int headerLength)
    {
        Bytes = bytes;
        HeaderLength = headerLength;
    }

    /// <summary>Header and payload, ready for the socket.</summary>
    public byte[] Bytes { get; }

    /// <summary>Bytes of header before the payload: 2, 4 or 10.</summary>
    public int HeaderLength { get; }

    /// <summary>Bytes on the wire.</summary>
    public int Length => Bytes.Length;

    /// <summary>Whether it is a binary frame: only an echo can be.</summary>
    public bool IsBinary => Bytes[0] == FinalBinary;

    /// <summary>The payload alone, for a transport that writes its own header.</summary>
    public ReadOnlyMemory<byte> Payload => Bytes.AsMemory(HeaderLength);

    /// <summary>Builds a frame around a copy of <paramref name="json"/>.</summary>
    public static Frame Text(ReadOnlySpan<byte> json)
    {
        var headerLength = HeaderLengthFor(json.Length);
        var bytes = GC.AllocateUninitializedArray<byte>(headerLength + json.Length);
        WriteHeader(bytes, json.Length);
        json.CopyTo(bytes.AsSpan(headerLength));
        return new Frame(bytes, headerLength);
    }

    /// <summary>Builds a frame that says what a client said.</summary>
    public static Frame Echo(ReadOnlySpan<byte> payload, bool isBinary)
    {
        var frame = Text(payload);
        if (isBinary) frame.Bytes[0] = FinalBinary;
        return frame;
    }

    /// <summary>Bytes of header that a payload of this length needs.</summary>
    public static int HeaderLengthFor(int payloadLength) => payloadLength switch
    {
        < 126 => 2,
        <= ushort.MaxValue => 4,
        _ => MaxHeaderLength,
    };

    /// <summary>Writes the header of a final text frame to the start of <paramref name="frame"/>.</summary>
    public static void WriteHeader(Span<byte> frame, int payloadLength)
    {
        frame[0] = FinalText;
        switch (HeaderLengthFor(payloadLength))
        {
            case 2:
                frame[1] = (byte)payloadLength;
                break;
            case 4:
                frame[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(frame[2..], (ushort)payloadLength);
                break;
            default:
                frame[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(frame[2..], (ulong)payloadLength);
                break;
        }
    }
}
