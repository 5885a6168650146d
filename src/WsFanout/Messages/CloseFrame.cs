using System.Buffers.Binary;
using System.Text;

namespace WsFanout.Messages;

/// <summary>Close frames, RFC 6455 section 5.5.1, and the codes in them.</summary>
internal static class CloseFrame
{
    /// <summary>Stands for a close frame without a code; never sent.</summary>
    public const int NoCode = 1005;

    private const int MaxReasonBytes = 123;

    public static readonly Frame WithoutCode = Frame.Of(Opcode.Close, []);

    /// <param name="reason">At most 123 bytes.</param>
    public static Frame Of(int code, string reason)
    {
        Span<byte> payload = stackalloc byte[2 + MaxReasonBytes];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code);
        var length = Encoding.UTF8.GetBytes(reason, payload[2..]);
        return Frame.Of(Opcode.Close, payload[..(2 + length)]);
    }

    /// <param name="payload">Of a close frame; not of one byte.</param>
    public static int CodeOf(ReadOnlySpan<byte> payload) => payload.IsEmpty ? NoCode : BinaryPrimitives.ReadUInt16BigEndian(payload);

    /// <summary>Whether a client may send this code: those that are defined and not only for use inside a program, and those for applications.</summary>
    public static bool IsCode(int code) => code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999);
}
