using System.Text;

namespace WsFanout.Nats.Protocol;

/// <summary>Turns bytes from the network into something a log may hold: short, one line, ASCII.</summary>
internal static class Printable
{
    public static string Of(ReadOnlySpan<byte> bytes, int maxChars = 200)
    {
        var text = new StringBuilder();
        foreach (var one in bytes[..Math.Min(bytes.Length, maxChars)])
        {
            text.Append(one is >= 0x20 and < 0x7f ? (char)one : '?');
        }

        return (bytes.Length > maxChars ? text.Append('…') : text).ToString();
    }
}
