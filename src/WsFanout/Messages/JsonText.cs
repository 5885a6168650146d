using System.Buffers;
using System.Text.Unicode;

namespace WsFanout.Messages;

/// <summary>Tells whether bytes are one JSON value (RFC 8259), without building anything and without exceptions.</summary>
/// <remarks>
/// Decides for every message whether its payload can stand in the frame untouched. Any depth is allowed: the stack is one bit a level.
/// </remarks>
internal static class JsonText
{
    private static readonly SearchValues<byte> EndsPlainText = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(value => (byte)value), (byte)'"', (byte)'\\']);

    /// <summary>Whether <paramref name="utf8"/> is exactly one JSON value in valid UTF-8, white space around it allowed.</summary>
    public static bool IsValid(ReadOnlySpan<byte> utf8) => Utf8.IsValid(utf8) && IsOneValue(utf8);

    private static bool IsOneValue(ReadOnlySpan<byte> text)
    {
        var nesting = new Nesting(stackalloc ulong[8]);
        try
        {
            var at = 0;
            while (true)
            {
                // One value, or the opening of one, is expected here.
                SkipSpace(text, ref at);
                if (at >= text.Length) return false;
                var first = text[at];
                if (first is (byte)'{' or (byte)'[')
                {
                    at++;
                    SkipSpace(text, ref at);
                    var isObject = first == (byte)'{';
                    if (at < text.Length && text[at] == (isObject ? (byte)'}' : (byte)']'))
                    {
                        at++;
                    }
                    else
                    {
                        nesting.Push(isObject);
                        if (isObject && !SkipName(text, ref at)) return false;
                        continue;
                    }
                }
                else if (!SkipScalar(text, ref at))
                {
                    return false;
                }

                // A value has ended: close what it closes, go on after a comma.
                while (true)
                {
                    SkipSpace(text, ref at);
                    if (nesting.IsEmpty) return at == text.Length;
                    if (at >= text.Length) return false;
                    var next = text[at++];
                    if (next == (byte)',')
                    {
                        if (nesting.InObject && !SkipName(text, ref at)) return false;
                        break;
                    }

                    if (next != (nesting.InObject ? (byte)'}' : (byte)']')) return false;
                    nesting.Pop();
                }
            }
        }
        finally
        {
            nesting.Dispose();
        }
    }

    private static bool SkipName(ReadOnlySpan<byte> text, ref int at)
    {
        SkipSpace(text, ref at);
        if (at >= text.Length || text[at] != (byte)'"' || !SkipString(text, ref at)) return false;
        SkipSpace(text, ref at);
        return at < text.Length && text[at++] == (byte)':';
    }

    private static bool SkipScalar(ReadOnlySpan<byte> text, ref int at) => text[at] switch
    {
        (byte)'"' => SkipString(text, ref at),
        (byte)'t' => SkipWord(text, ref at, "true"u8),
        (byte)'f' => SkipWord(text, ref at, "false"u8),
        (byte)'n' => SkipWord(text, ref at, "null"u8),
        _ => SkipNumber(text, ref at),
    };

    private static bool SkipWord(ReadOnlySpan<byte> text, ref int at, ReadOnlySpan<byte> word)
    {
        if (!text[at..].StartsWith(word)) return false;
        at += word.Length;
        return true;
    }

    private static bool SkipString(ReadOnlySpan<byte> text, ref int at)
    {
        at++;
        while (true)
        {
            var plain = text[at..].IndexOfAny(EndsPlainText);
            if (plain < 0) return false;
            at += plain;
            switch (text[at++])
            {
                case (byte)'"':
                    return true;
                case (byte)'\\' when at < text.Length:
                    if (!SkipEscape(text, ref at)) return false;
                    break;
                default:
                    return false;
            }
        }
    }

    private static bool SkipEscape(ReadOnlySpan<byte> text, ref int at)
    {
        var escaped = text[at++];
        if (escaped != (byte)'u') return "\"\\/bfnrt"u8.Contains(escaped);
        if (text.Length - at < 4) return false;
        for (var end = at + 4; at < end; at++)
        {
            if (!char.IsAsciiHexDigit((char)text[at])) return false;
        }

        return true;
    }

    private static bool SkipNumber(ReadOnlySpan<byte> text, ref int at)
    {
        if (text[at] == (byte)'-') at++;
        if (at < text.Length && text[at] == (byte)'0') at++;
        else if (SkipDigits(text, ref at) == 0) return false;

        if (at < text.Length && text[at] == (byte)'.')
        {
            at++;
            if (SkipDigits(text, ref at) == 0) return false;
        }

        if (at < text.Length && text[at] is (byte)'e' or (byte)'E')
        {
            at++;
            if (at < text.Length && text[at] is (byte)'+' or (byte)'-') at++;
            if (SkipDigits(text, ref at) == 0) return false;
        }

        return true;
    }

    private static int SkipDigits(ReadOnlySpan<byte> text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit((char)text[at])) at++;
        return at - start;
    }

    private static void SkipSpace(ReadOnlySpan<byte> text, ref int at)
    {
        while (at < text.Length && text[at] is 0x20 or 0x0a or 0x0d or 0x09) at++;
    }

    /// <summary>Which of the open levels are objects: one bit each.</summary>
    private ref struct Nesting(Span<ulong> bits)
    {
        private Span<ulong> _bits = bits;
        private ulong[]? _rented;
        private int _depth;

        public readonly bool IsEmpty => _depth == 0;

        public readonly bool InObject => (_bits[(_depth - 1) >> 6] >> ((_depth - 1) & 63) & 1) != 0;

        public void Push(bool isObject)
        {
            var word = _depth >> 6;
            if (word == _bits.Length) Grow();
            var bit = 1UL << (_depth & 63);
            _bits[word] = isObject ? _bits[word] | bit : _bits[word] & ~bit;
            _depth++;
        }

        public void Pop() => _depth--;

        public readonly void Dispose()
        {
            if (_rented is not null) ArrayPool<ulong>.Shared.Return(_rented);
        }

        private void Grow()
        {
            var larger = ArrayPool<ulong>.Shared.Rent(_bits.Length * 2);
            _bits.CopyTo(larger);
            if (_rented is not null) ArrayPool<ulong>.Shared.Return(_rented);
            _rented = larger;
            _bits = larger;
        }
    }
}
