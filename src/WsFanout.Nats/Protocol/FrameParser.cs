using System.Text;

namespace WsFanout.Nats.Protocol;

/// <summary>
/// Finds the next frame in what was received. Allocates nothing. Lenient where servers differ (case of verbs, runs of blanks, a lone LF behind
/// a control line), strict about sizes: a wrong one would make payload into commands.
/// </summary>
internal sealed class FrameParser
{
    /// <summary>An INFO that lists a large cluster has been seen at 40 KB; everything else stays below 4 KB.</summary>
    public const int MaxLineBytes = 256 * 1024;

    /// <summary>
    /// Most bytes of headers and payload together; more is a protocol error. Above the largest <c>max_payload</c> that servers allow (64 MB), and
    /// no less where a server allows less: a stream may hold messages from a time when its server allowed more, and an answer with a stored
    /// message as base64 is larger still.
    /// </summary>
    public const long MaxBodyBytes = 128 * 1024 * 1024;

    private const int MaxTokens = 5;
    private const long MaxSid = 1L << 60;

    // Bytes of the unfinished frame known to hold no line end, so that a line arriving byte by byte is not searched from its start each time.
    private int _scanned;

    /// <summary>Bytes that must be there before another try can succeed.</summary>
    public int Needed { get; private set; } = 1;

    /// <returns>False when <paramref name="buffer"/> does not hold a whole frame yet; it must start with the same bytes next time.</returns>
    /// <exception cref="NatsProtocolException">The connection cannot be used any further.</exception>
    public bool TryRead(ReadOnlySpan<byte> buffer, out Frame frame, out int consumed)
    {
        frame = default;
        consumed = 0;
        var end = buffer[_scanned..].IndexOf((byte)'\n');
        if (end < 0)
        {
            _scanned = CheckLine(buffer.Length);
            Needed = buffer.Length + 1;
            return false;
        }

        end = CheckLine(end + _scanned);
        var line = buffer[..end];
        if (!TryReadFrame(line.TrimEnd((byte)'\r'), buffer[(end + 1)..], out frame, out var body))
        {
            _scanned = end;
            Needed = end + 1 + body;
            return false;
        }

        consumed = end + 1 + body;
        _scanned = 0;
        Needed = 1;
        return true;
    }

    private static int CheckLine(int bytes) =>
        bytes <= MaxLineBytes ? bytes : throw new NatsProtocolException($"a control line exceeds {MaxLineBytes} bytes");

    /// <summary><paramref name="body"/> is what belongs to the frame behind its line, in bytes, whether it is there or not.</summary>
    private bool TryReadFrame(ReadOnlySpan<byte> line, ReadOnlySpan<byte> rest, out Frame frame, out int body)
    {
        var blank = line.IndexOfAny((byte)' ', (byte)'\t');
        var verb = blank < 0 ? line : line[..blank];
        var arguments = blank < 0 ? default : line[(blank + 1)..];
        body = 0;
        frame = default;
        switch (verb.Length)
        {
            case 3 when Ascii.EqualsIgnoreCase(verb, "MSG"u8):
                return TryReadMessage(arguments, rest, headers: false, out frame, out body);
            case 4 when Ascii.EqualsIgnoreCase(verb, "HMSG"u8):
                return TryReadMessage(arguments, rest, headers: true, out frame, out body);
            case 4 when Ascii.EqualsIgnoreCase(verb, "PING"u8):
                frame = new Frame { Kind = FrameKind.Ping };
                return true;
            case 4 when Ascii.EqualsIgnoreCase(verb, "PONG"u8):
                frame = new Frame { Kind = FrameKind.Pong };
                return true;
            case 4 when Ascii.EqualsIgnoreCase(verb, "INFO"u8):
                frame = new Frame { Kind = FrameKind.Info, Text = arguments.Trim(" \t"u8) };
                return true;
            case 4 when Ascii.EqualsIgnoreCase(verb, "-ERR"u8):
                frame = new Frame { Kind = FrameKind.Err, Text = arguments.Trim(" \t'"u8) };
                return true;
            case 3 when Ascii.EqualsIgnoreCase(verb, "+OK"u8):
                frame = new Frame { Kind = FrameKind.Ok };
                return true;
            default:
                throw new NatsProtocolException($"unknown operation '{Printable.Of(verb, 32)}'");
        }
    }

    private bool TryReadMessage(ReadOnlySpan<byte> arguments, ReadOnlySpan<byte> rest, bool headers, out Frame frame, out int body)
    {
        // subject sid [reply] [header bytes] total
        Span<Range> tokens = stackalloc Range[MaxTokens];
        var count = Split(arguments, tokens);
        var fixedTokens = headers ? 4 : 3;
        if (count != fixedTokens && count != fixedTokens + 1)
        {
            throw new NatsProtocolException($"{(headers ? "HMSG" : "MSG")} with {count} arguments");
        }

        var sid = Number(arguments[tokens[1]], MaxSid, "subscription id");
        var total = (int)Number(arguments[tokens[count - 1]], MaxBodyBytes, "size of a message");
        var headerBytes = headers ? (int)Number(arguments[tokens[count - 2]], total, "size of a header block") : 0;
        body = total + 2;
        if (rest.Length < body)
        {
            frame = default;
            return false;
        }

        if (rest[total] != '\r' || rest[total + 1] != '\n')
        {
            throw new NatsProtocolException("no line end behind a payload");
        }

        frame = new Frame
        {
            Kind = FrameKind.Msg,
            Sid = sid,
            Subject = arguments[tokens[0]],
            ReplyTo = count > fixedTokens ? arguments[tokens[2]] : default,
            Headers = rest[..headerBytes],
            Payload = rest[headerBytes..total],
        };
        return true;
    }

    /// <returns>Number of tokens between runs of blanks; one more than fit when there are more.</returns>
    private static int Split(ReadOnlySpan<byte> text, Span<Range> tokens)
    {
        var count = 0;
        for (var at = 0; at < text.Length;)
        {
            var length = text[at..].IndexOfAny((byte)' ', (byte)'\t');
            length = length < 0 ? text.Length - at : length;
            if (length > 0 && count < tokens.Length)
            {
                tokens[count] = at..(at + length);
            }

            count += length > 0 ? 1 : 0;
            at += length + 1;
        }

        return count;
    }

    private static long Number(ReadOnlySpan<byte> digits, long max, string what)
    {
        long value = 0;
        foreach (var digit in digits)
        {
            // Checked digit by digit, so that no number of digits can overflow.
            if (digit is < (byte)'0' or > (byte)'9' || value > max / 10 || (value = (value * 10) + (digit - '0')) > max)
            {
                throw new NatsProtocolException($"{what} is '{Printable.Of(digits, 32)}', outside 0..{max}");
            }
        }

        return value;
    }
}
