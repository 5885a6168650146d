using System.Globalization;
using System.Text;

namespace WsFanout.Nats.Protocol;

/// <summary>Builds the control lines this client sends.</summary>
internal ref struct FrameWriter(Span<byte> room)
{
    /// <summary>The server closes a connection that sends a longer one.</summary>
    public const int MaxLineBytes = 4096;

    private const int TailBytes = 32;

    private readonly Span<byte> _room = room;
    private int _used;

    public readonly ReadOnlySpan<byte> Line => _room[.._used];

    public static ReadOnlySpan<byte> Ping => "PING\r\n"u8;

    public static ReadOnlySpan<byte> Pong => "PONG\r\n"u8;

    /// <exception cref="ArgumentException">A subject is empty, holds blanks or control characters, or is too long for a control line.</exception>
    public void Publish(string subject, string? replyTo, int headerBytes, int totalBytes)
    {
        Bytes(headerBytes > 0 ? "HPUB "u8 : "PUB "u8);
        Subject(subject, nameof(subject));
        if (replyTo is not null)
        {
            Bytes(" "u8);
            Subject(replyTo, nameof(replyTo));
        }

        if (headerBytes > 0)
        {
            Bytes(" "u8);
            Number(headerBytes);
        }

        Bytes(" "u8);
        Number(totalBytes);
        Bytes("\r\n"u8);
    }

    /// <inheritdoc cref="Publish"/>
    public void Subscribe(string subject, long sid)
    {
        Bytes("SUB "u8);
        Subject(subject, nameof(subject));
        Bytes(" "u8);
        Number(sid);
        Bytes("\r\n"u8);
    }

    public void Unsubscribe(long sid)
    {
        Bytes("UNSUB "u8);
        Number(sid);
        Bytes("\r\n"u8);
    }

    private void Subject(string subject, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject, parameter);
        foreach (var character in subject)
        {
            // Blanks and line ends would turn the rest of the subject into arguments or commands.
            if (character is <= ' ' or '\x7f')
            {
                throw new ArgumentException("A subject holds no blanks and no control characters.", parameter);
            }
        }

        // Room for what follows is kept, so only a subject can be what does not fit.
        var free = Math.Max(0, _room.Length - TailBytes - _used);
        if (!Encoding.UTF8.TryGetBytes(subject, _room.Slice(_used, free), out var written))
        {
            throw new ArgumentException($"The subject's control line exceeds {MaxLineBytes} bytes.", parameter);
        }

        _used += written;
    }

    private void Number(long value)
    {
        value.TryFormat(_room[_used..], out var written, default, CultureInfo.InvariantCulture);
        _used += written;
    }

    private void Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_room[_used..]);
        _used += bytes.Length;
    }
}
