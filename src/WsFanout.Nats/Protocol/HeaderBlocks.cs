namespace WsFanout.Nats.Protocol;

/// <summary>Reads a received header block: <c>NATS/1.0[ code[ text]]</c>, then <c>Name: value</c> lines, then a blank one.</summary>
internal static class HeaderBlocks
{
    private static ReadOnlySpan<byte> Version => "NATS/1.0"u8;

    /// <returns>The three-digit code of the first line, or 0 when it has none.</returns>
    public static int StatusOf(ReadOnlySpan<byte> block, out ReadOnlySpan<byte> text)
    {
        text = default;
        var line = FirstLine(block, out _);
        if (!line.StartsWith(Version))
        {
            return 0;
        }

        line = line[Version.Length..].Trim(" \t"u8);
        if (line.Length < 3 || line[..3].ContainsAnyExceptInRange((byte)'0', (byte)'9') || (line.Length > 3 && line[3] is not ((byte)' ' or (byte)'\t')))
        {
            return 0;
        }

        text = line[3..].TrimStart(" \t"u8);
        return ((line[0] - '0') * 100) + ((line[1] - '0') * 10) + (line[2] - '0');
    }

    public static bool TryGet(ReadOnlySpan<byte> block, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        FirstLine(block, out var rest);
        while (!rest.IsEmpty)
        {
            var line = FirstLine(rest, out rest);
            var colon = line.IndexOf((byte)':');
            if (colon == name.Length && line[..colon].SequenceEqual(name))
            {
                value = line[(colon + 1)..].Trim(" \t"u8);
                return true;
            }
        }

        value = default;
        return false;
    }

    private static ReadOnlySpan<byte> FirstLine(ReadOnlySpan<byte> block, out ReadOnlySpan<byte> rest)
    {
        var end = block.IndexOf("\r\n"u8);
        rest = end < 0 ? default : block[(end + 2)..];
        return end < 0 ? block : block[..end];
    }
}
