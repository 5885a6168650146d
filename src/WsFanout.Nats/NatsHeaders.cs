using System.Collections;
using System.Text;

namespace WsFanout.Nats;

/// <summary>Headers of a message to send, in order, repeats allowed. Names are case-sensitive.</summary>
public sealed class NatsHeaders : IEnumerable<KeyValuePair<string, string>>
{
    private static ReadOnlySpan<byte> Start => "NATS/1.0\r\n"u8;

    private static ReadOnlySpan<byte> LineEnd => "\r\n"u8;

    private readonly List<KeyValuePair<string, string>> _fields = [];

    public int Count => _fields.Count;

    /// <exception cref="ArgumentException">The name is empty or holds anything but printable ASCII without blank and colon; the value holds CR or LF.</exception>
    public void Add(string name, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        if (name.AsSpan().ContainsAnyExceptInRange('!', '~') || name.Contains(':', StringComparison.Ordinal))
        {
            throw new ArgumentException("A header's name is printable ASCII without blanks and colons.", nameof(name));
        }

        if (value.AsSpan().ContainsAny('\r', '\n'))
        {
            throw new ArgumentException($"The value of header '{name}' holds a line break.", nameof(value));
        }

        _fields.Add(new(name, value));
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _fields.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The block as it goes over the wire, blank line included.</summary>
    internal byte[] Encode()
    {
        var length = Start.Length + LineEnd.Length;
        foreach (var (name, value) in _fields)
        {
            length += name.Length + Encoding.UTF8.GetByteCount(value) + 2 + LineEnd.Length;
        }

        var block = new byte[length];
        Start.CopyTo(block);
        var rest = block.AsSpan(Start.Length);
        foreach (var (name, value) in _fields)
        {
            rest = rest[Encoding.ASCII.GetBytes(name, rest)..];
            ": "u8.CopyTo(rest);
            rest = rest[(2 + Encoding.UTF8.GetBytes(value, rest[2..]))..];
            LineEnd.CopyTo(rest);
            rest = rest[LineEnd.Length..];
        }

        LineEnd.CopyTo(rest);
        return block;
    }
}
