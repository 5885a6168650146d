using System.Text.Unicode;
using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Transport.Frames;

/// <summary>
/// Reads what clients send: RFC 6455 whole, without extensions. A message that comes in one piece is read where it lies, in the buffer that all
/// clients share; of any other the rest is kept with its client until it has come.
/// </summary>
/// <remarks>One a kind of endpoint and worker; the worker's thread only.</remarks>
/// <param name="maxMessageBytes">Of one message, all its frames together. Beyond: 1009 as soon as a header says so.</param>
/// <param name="takesBinary">Else a binary message is answered with 1003.</param>
internal sealed class FrameReader(int maxMessageBytes, bool takesBinary, TimeProvider time)
{
    /// <summary>Which rule was broken, after <see cref="Incoming.Violation"/>.</summary>
    public CloseReason Violation { get; private set; } = CloseReason.ProtocolError;

    /// <summary>Reads on.</summary>
    /// <param name="partial">What is kept for the client between two receives.</param>
    /// <param name="unread">Bytes that came and have not been read; goes forward, and is overwritten.</param>
    /// <param name="payload">Of the result; valid until the next call.</param>
    public Incoming Next(ref PartialMessage? partial, ref Span<byte> unread, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (unread.IsEmpty) return Incoming.NeedsMore;
        return partial is null && ReadWhole(ref unread, out payload) is { } whole ? whole : ReadInPieces(ref partial, ref unread, out payload);
    }

    /// <returns>Null when it does not lie there as one whole frame.</returns>
    private Incoming? ReadWhole(ref Span<byte> unread, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (!FrameHeader.TryRead(unread, out var header, out var breaksRule)) return breaksRule ? Refuse(CloseReason.ProtocolError) : null;
        if (Objection(header, null, 0) is { } objection) return Refuse(objection);
        if (!header.IsFinal || header.PayloadLength > (ulong)(unread.Length - header.Length)) return null;

        var bytes = unread.Slice(header.Length, (int)header.PayloadLength);
        Masking.Remove(bytes, header.Mask, 0);
        unread = unread[(header.Length + bytes.Length)..];
        payload = bytes;
        return header.Opcode switch
        {
            Opcode.Text => Utf8.IsValid(bytes) ? Incoming.Text : Refuse(CloseReason.InvalidUtf8),
            Opcode.Binary => Incoming.Binary,
            _ => Control(header.Opcode, bytes),
        };
    }

    private Incoming ReadInPieces(ref PartialMessage? partial, ref Span<byte> unread, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        partial ??= new PartialMessage(time.GetTimestamp());
        while (true)
        {
            if (partial.Frame is null)
            {
                if (unread.IsEmpty) return Incoming.NeedsMore;
                if (!partial.TryTakeHeader(ref unread, out var header, out var breaksRule)) return breaksRule ? Refuse(CloseReason.ProtocolError) : Incoming.NeedsMore;
                if (Objection(header, partial.MessageOpcode, partial.MessageBytes) is { } objection) return Refuse(objection);
                partial.Begin(header);
            }

            partial.TakePayload(ref unread);
            var frame = partial.Frame!.Value;
            var endsMessage = !frame.IsControl && frame.IsFinal && partial.IsFrameWhole;
            if (!frame.IsControl && partial.MessageOpcode == Opcode.Text && !partial.IsValidText(isWhole: endsMessage)) return Refuse(CloseReason.InvalidUtf8);
            if (!partial.IsFrameWhole) return Incoming.NeedsMore;

            partial.EndFrame();
            if (endsMessage)
            {
                payload = partial.Message;
                var isText = partial.MessageOpcode == Opcode.Text;
                partial = null;
                return isText ? Incoming.Text : Incoming.Binary;
            }

            if (!frame.IsControl) continue;
            payload = partial.Control;
            if (partial.MessageOpcode is null) partial = null;
            return Control(frame.Opcode, payload);
        }
    }

    /// <returns>Why a frame that is well formed may not come here; null when it may.</returns>
    private CloseReason? Objection(in FrameHeader header, byte? messageOpcode, int messageBytes)
    {
        if (header.IsControl) return null;
        if ((header.Opcode == Opcode.Continuation) == (messageOpcode is null)) return CloseReason.ProtocolError;
        if (header.Opcode == Opcode.Binary && !takesBinary) return CloseReason.BinaryFrame;
        return header.PayloadLength > (ulong)(maxMessageBytes - messageBytes) ? CloseReason.MessageTooBig : null;
    }

    private Incoming Control(byte opcode, ReadOnlySpan<byte> payload)
    {
        if (opcode != Opcode.Close) return opcode == Opcode.Ping ? Incoming.Ping : Incoming.Pong;
        if (payload.Length == 1 || (payload.Length > 1 && !CloseFrame.IsCode(CloseFrame.CodeOf(payload)))) return Refuse(CloseReason.ProtocolError);
        return payload.Length < 2 || Utf8.IsValid(payload[2..]) ? Incoming.Close : Refuse(CloseReason.InvalidUtf8);
    }

    private Incoming Refuse(CloseReason reason)
    {
        Violation = reason;
        return Incoming.Violation;
    }
}
