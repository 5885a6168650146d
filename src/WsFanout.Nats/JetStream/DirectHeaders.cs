using System.Buffers.Text;
using System.Text;

namespace WsFanout.Nats;

/// <summary>
/// What the server says of a message in the answer to a direct get. It writes its lines behind those that were published with the message,
/// where nobody can have written others like them.
/// </summary>
internal sealed record DirectHeaders(string Stream, string Subject, long Seq, string Time, byte[] Published)
{
    private static ReadOnlySpan<byte> Empty => "NATS/1.0\r\n\r\n"u8;

    /// <returns>False for an answer without a message.</returns>
    public static bool TryRead(ReadOnlySpan<byte> block, out DirectHeaders headers)
    {
        headers = new("", "", 0, "", []);
        var start = block.LastIndexOf("\r\nNats-Stream:"u8);
        if (start < 0)
        {
            return false;
        }

        // The server's four lines, as a block of their own.
        var own = block[start..];
        if (!Protocol.HeaderBlocks.TryGet(own, "Nats-Stream"u8, out var stream)
            || !Protocol.HeaderBlocks.TryGet(own, "Nats-Subject"u8, out var subject)
            || !Protocol.HeaderBlocks.TryGet(own, "Nats-Time-Stamp"u8, out var time)
            || !Protocol.HeaderBlocks.TryGet(own, "Nats-Sequence"u8, out var digits)
            || !Utf8Parser.TryParse(digits, out long seq, out var used) || used != digits.Length)
        {
            return false;
        }

        byte[] published = [.. block[..start], .. "\r\n\r\n"u8];
        headers = new(
            Encoding.UTF8.GetString(stream), Encoding.UTF8.GetString(subject), seq, Encoding.UTF8.GetString(time), published.AsSpan().SequenceEqual(Empty) ? [] : published);
        return true;
    }
}
