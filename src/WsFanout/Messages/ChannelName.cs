using System.Buffers;
using System.Text;

namespace WsFanout.Messages;

/// <summary>The rules for names of channels and patterns.</summary>
/// <remarks>Tokens split by <c>.</c>, none empty, no control character, no white space. <c>*</c> is one token, <c>&gt;</c> the rest.</remarks>
internal static class ChannelName
{
    /// <summary>Judges a name that a client asks for.</summary>
    /// <param name="maxLength">Bytes of UTF-8.</param>
    public static NameKind Classify(ReadOnlySpan<char> name, int maxLength)
    {
        if (name.Length > maxLength) return NameKind.TooLong;
        Span<byte> utf8 = stackalloc byte[Math.Min(name.Length * 3, 1024)];
        byte[]? rented = null;
        if (name.Length * 3 > utf8.Length)
        {
            rented = ArrayPool<byte>.Shared.Rent(name.Length * 3);
            utf8 = rented;
        }

        // A lone surrogate would become U+FFFD and match what it should not.
        var status = System.Text.Unicode.Utf8.FromUtf16(name, utf8, out _, out var written, replaceInvalidSequences: false);
        var kind = status == OperationStatus.Done ? Classify(utf8[..written], maxLength) : NameKind.BadCharacter;
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return kind;
    }

    /// <summary>Judges a name as it stands in a subject.</summary>
    /// <param name="maxLength">Bytes.</param>
    public static NameKind Classify(ReadOnlySpan<byte> name, int maxLength)
    {
        if (name.IsEmpty) return NameKind.EmptyToken;
        if (name.Length > maxLength) return NameKind.TooLong;
        if (HasBadCharacter(name)) return NameKind.BadCharacter;

        var kind = NameKind.Channel;
        while (true)
        {
            var dot = name.IndexOf((byte)'.');
            var token = dot < 0 ? name : name[..dot];
            if (token.IsEmpty) return NameKind.EmptyToken;
            if (token is [(byte)'*']) kind = NameKind.Pattern;
            if (token is [(byte)'>'])
            {
                return dot < 0 ? NameKind.Pattern : NameKind.TailNotLast;
            }

            if (dot < 0) return kind;
            name = name[(dot + 1)..];
        }
    }

    /// <summary>Whether every channel that <paramref name="name"/> can mean is one that <paramref name="pattern"/> matches.</summary>
    /// <param name="pattern">A legal channel or pattern.</param>
    /// <param name="name">A legal channel or pattern.</param>
    public static bool Covers(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        while (true)
        {
            var dot = pattern.IndexOf('.');
            var token = dot < 0 ? pattern : pattern[..dot];
            if (token is ">") return true;

            var nameDot = name.IndexOf('.');
            var nameToken = nameDot < 0 ? name : name[..nameDot];
            if (nameToken is ">" || (token is not "*" && !token.SequenceEqual(nameToken))) return false;
            if (dot < 0 || nameDot < 0) return dot < 0 && nameDot < 0;
            pattern = pattern[(dot + 1)..];
            name = name[(nameDot + 1)..];
        }
    }

    private static bool HasBadCharacter(ReadOnlySpan<byte> name)
    {
        while (!name.IsEmpty)
        {
            // Printable ASCII is the common case and needs no decoding.
            if (name[0] is > 0x20 and < 0x7f)
            {
                name = name[1..];
                continue;
            }

            if (Rune.DecodeFromUtf8(name, out var rune, out var consumed) != OperationStatus.Done) return true;
            if (Rune.IsControl(rune) || Rune.IsWhiteSpace(rune)) return true;
            name = name[consumed..];
        }

        return false;
    }
}
