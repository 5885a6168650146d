using System.Buffers.Binary;

namespace WsFanout.Messages;

/// <summary>
/// One finished WebSocket frame from the server: header and payload together, unmasked, the same bytes for every client.
/// </summary>
/// <remarks>Immutable once built; shared by queues, history and sockets without copies.</remarks>
internal class Frame
{
    /// <summary>Most bytes that a frame's header takes: opcode, length byte, 64-bit length.</summary>
    public const int MaxHeaderLength = 10;

    private const byte Final = 0x80;

    protected Frame(byte[] bytes, int headerLength)
    {
        Bytes = bytes;
        HeaderLength = headerLength;
    }

    /// <summary>Header and payload, ready for the socket.</summary>
    public byte[] Bytes { get; }

    /// <summary>Bytes of header before the payload: 2, 4 or 10.</summary>
    public int HeaderLength { get; }

    /// <summary>What kind of frame it is.</summary>
    public byte Opcode => (byte)(Bytes[0] & 0xF);

    /// <summary>Bytes on the wire.</summary>
    public int Length => Bytes.Length;

    /// <summary>The payload alone, for a transport that writes its own header.</summary>
    public ReadOnlyMemory<byte> Payload => Bytes.AsMemory(HeaderLength);

    /// <summary>Builds a text frame around a copy of <paramref name="json"/>.</summary>
    public static Frame Text(ReadOnlySpan<byte> json) => Of(Messages.Opcode.Text, json);

    /// <summary>Builds a final frame of any kind around a copy of <paramref name="payload"/>.</summary>
    /// <param name="opcode">One of <see cref="Messages.Opcode"/>.</param>
    public static Frame Of(byte opcode, ReadOnlySpan<byte> payload)
    {
        var headerLength = HeaderLengthFor(payload.Length);
        var bytes = GC.AllocateUninitializedArray<byte>(headerLength + payload.Length);
        WriteHeader(bytes, payload.Length);
        bytes[0] = (byte)(Final | opcode);
        payload.CopyTo(bytes.AsSpan(headerLength));
        return new Frame(bytes, headerLength);
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
        frame[0] = Final | Messages.Opcode.Text;
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
