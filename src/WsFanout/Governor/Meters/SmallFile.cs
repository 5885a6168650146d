using System.Buffers.Text;

namespace WsFanout.Governor.Meters;

/// <summary>A file of the kernel's, read whole again and again into the same buffer.</summary>
/// <remarks>One thread at a time. Opened anew each time, because a cgroup may go and come back under the same name.</remarks>
internal sealed class SmallFile(string root, string path)
{
    private const int LargestBuffer = 1 << 20;

    private readonly string _file = CgroupPaths.In(root, path);
    private byte[] _buffer = new byte[2048];

    /// <summary>The file if it can be read now: what the system doesn't have is not asked for again.</summary>
    public static SmallFile? IfReadable(string root, string path)
    {
        var file = new SmallFile(root, path);
        return File.Exists(file._file) && !file.Read().IsEmpty ? file : null;
    }

    /// <summary>Its content, until the next reading; empty when it can't be read. Never throws for that.</summary>
    public ReadOnlySpan<byte> Read()
    {
        try
        {
            // Shared with writers, which spares a lock on each opening.
            using var handle = File.OpenHandle(_file, share: FileShare.ReadWrite | FileShare.Delete);
            for (var length = 0; ;)
            {
                var read = RandomAccess.Read(handle, _buffer.AsSpan(length), length);
                length += read;
                if (read == 0) return _buffer.AsSpan(0, length);
                if (length == LargestBuffer) return [];
                if (length == _buffer.Length) Array.Resize(ref _buffer, length * 2);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The whole of it as one number that is not negative; null for anything else.</summary>
    public long? Number() => NumberAt(Read());

    /// <summary>The number behind a name at the start of a line; null for anything else. <c>usage_usec 123</c></summary>
    public long? Field(ReadOnlySpan<byte> name) => Field(Read(), name);

    /// <inheritdoc cref="Field(ReadOnlySpan{byte})"/>
    public static long? Field(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        var line = Line(text, name);
        return line.IsEmpty ? null : NumberAt(line);
    }

    /// <summary>The rest of the first line that starts with a name and a space; empty without one.</summary>
    public static ReadOnlySpan<byte> Line(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            if (line.Length > name.Length && line.StartsWith(name) && line[name.Length] == (byte)' ') return line[(name.Length + 1)..];
            text = end < 0 ? [] : text[(end + 1)..];
        }

        return [];
    }

    /// <summary>A word of a line, counted from 0; empty when there are fewer.</summary>
    public static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> line, int index)
    {
        for (line = line.TrimStart((byte)' '); ; index--)
        {
            var end = line.IndexOf((byte)' ');
            if (index == 0) return end < 0 ? line : line[..end];
            if (end < 0) return [];
            line = line[end..].TrimStart((byte)' ');
        }
    }

    /// <summary>The number, not negative, that a text starts with and that ends with it or with white space; null for anything else.</summary>
    public static long? NumberAt(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out long number, out var length) && number >= 0 && (length == text.Length || text[length] is (byte)' ' or (byte)'\n') ? number : null;
}
