using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace WsFanout.Transport.Frames;

/// <summary>Whether bytes that come in pieces are UTF-8 so far.</summary>
internal static class Utf8Check
{
    private const int MostPending = 3;

    /// <summary>Checks what has come since the last time.</summary>
    /// <param name="text">The whole text so far.</param>
    /// <param name="valid">Bytes of it that are known to be valid; goes forward to the last whole character.</param>
    /// <returns>False when no continuation can make it valid.</returns>
    public static bool GoesOn(ReadOnlySpan<byte> text, ref int valid)
    {
        var rest = text[valid..];
        for (var pending = 0; pending <= Math.Min(MostPending, rest.Length); pending++)
        {
            if (!Utf8.IsValid(rest[..^pending])) continue;
            if (pending > 0 && Rune.DecodeFromUtf8(rest[^pending..], out _, out _) != OperationStatus.NeedMoreData) return false;
            valid = text.Length - pending;
            return true;
        }

        return false;
    }
}
