using System.Numerics;
using System.Runtime.InteropServices;

namespace WsFanout.Transport.Frames;

/// <summary>Takes the mask off a client's payload, in place.</summary>
internal static class Masking
{
    /// <param name="key">First byte lowest.</param>
    /// <param name="offset">Of <paramref name="payload"/> in its frame. Bytes.</param>
    public static void Remove(Span<byte> payload, uint key, ulong offset)
    {
        var turned = BitOperations.RotateRight(key, (int)(offset & 3) * 8);
        var wide = (ulong)turned << 32 | turned;
        var words = MemoryMarshal.Cast<byte, ulong>(payload);
        for (var i = 0; i < words.Length; i++) words[i] ^= wide;
        for (var i = words.Length * sizeof(ulong); i < payload.Length; i++) payload[i] ^= (byte)(turned >> ((i & 3) * 8));
    }
}
