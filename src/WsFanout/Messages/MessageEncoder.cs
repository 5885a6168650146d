using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace WsFanout.Messages;

/// <summary>Turns a payload of the stream into the finished frame, once, for all of its subscribers.</summary>
internal static class MessageEncoder
{
    private const int MaxDigits = 19;

    // Every character that JSON itself does not demand to be escaped stays as the publisher wrote it.
    private static readonly JsonWriterOptions RelaxedText = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Encodes one message; one allocation for the message and one for its bytes.</summary>
    /// <param name="previous">Sequence number of the message before it on this channel, 0 when that is not certain.</param>
    /// <param name="timestampMs">When the stream stored it. Unix milliseconds.</param>
    /// <param name="payload">Untouched when it is JSON; a JSON string when it is other UTF-8; else base64.</param>
    /// <param name="arrivedAt">Ticks of the monotonic clock.</param>
    public static Message Encode(
        Channel channel, long sequence, long previous, long timestampMs, ReadOnlySpan<byte> payload, long arrivedAt)
    {
        Span<byte> numbers = stackalloc byte[3 * MaxDigits + 32];
        var written = WriteNumbers(numbers, sequence, previous, timestampMs);

        return JsonText.IsValid(payload)
            ? Assemble(channel, sequence, timestampMs, arrivedAt, numbers[..written], payload)
            : Assemble(channel, sequence, timestampMs, arrivedAt, numbers[..written], Quote(payload));
    }

    /// <summary>The frame that shows a message as the newest of its channel.</summary>
    public static Frame Snapshot(Message message)
    {
        // A message's frame begins with the channel's part and three numbers; what stands behind them is taken as it is.
        var json = message.Payload.Span;
        var numbers = message.Channel.FramePrefix.Length;
        var data = numbers + json[numbers..].IndexOf(",\"data\":"u8);
        var quoted = message.Channel.FramePrefix.AsSpan("{\"type\":\"message\""u8.Length);
        Span<byte> ts = stackalloc byte[MaxDigits];
        Span<byte> seq = stackalloc byte[MaxDigits];
        Utf8Formatter.TryFormat(message.Sequence, seq, out var seqDigits);
        Utf8Formatter.TryFormat(message.TimestampMs, ts, out var tsDigits);
        return Frame.Text([.. "{\"type\":\"snapshot\""u8, .. quoted, .. seq[..seqDigits], .. ",\"ts\":"u8, .. ts[..tsDigits], .. json[data..]]);
    }

    private static int WriteNumbers(Span<byte> target, long sequence, long previous, long timestampMs)
    {
        Utf8Formatter.TryFormat(sequence, target, out var at);
        at += Append(target[at..], ",\"prev\":"u8);
        Utf8Formatter.TryFormat(previous, target[at..], out var digits);
        at += digits;
        at += Append(target[at..], ",\"ts\":"u8);
        Utf8Formatter.TryFormat(timestampMs, target[at..], out digits);
        at += digits;
        return at + Append(target[at..], ",\"data\":"u8);
    }

    private static Message Assemble(
        Channel channel, long sequence, long timestampMs, long arrivedAt, ReadOnlySpan<byte> numbers, ReadOnlySpan<byte> data)
    {
        var payloadLength = channel.FramePrefix.Length + numbers.Length + data.Length + 1;
        var headerLength = Frame.HeaderLengthFor(payloadLength);
        var bytes = GC.AllocateUninitializedArray<byte>(headerLength + payloadLength);
        Frame.WriteHeader(bytes, payloadLength);
        var at = headerLength;
        at += Append(bytes.AsSpan(at), channel.FramePrefix);
        at += Append(bytes.AsSpan(at), numbers);
        at += Append(bytes.AsSpan(at), data);
        bytes[at] = (byte)'}';
        return new Message(bytes, headerLength, channel, sequence, timestampMs, arrivedAt);
    }

    private static byte[] Quote(ReadOnlySpan<byte> payload)
    {
        if (!Utf8.IsValid(payload)) return [.. "null,\"base64\":\""u8, .. EncodeBase64(payload), (byte)'"'];

        var buffer = new System.Buffers.ArrayBufferWriter<byte>(payload.Length + 16);
        using (var json = new Utf8JsonWriter(buffer, RelaxedText)) json.WriteStringValue(payload);
        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] EncodeBase64(ReadOnlySpan<byte> payload)
    {
        var text = new byte[Base64.GetMaxEncodedToUtf8Length(payload.Length)];
        Base64.EncodeToUtf8(payload, text, out _, out _);
        return text;
    }

    private static int Append(Span<byte> target, ReadOnlySpan<byte> source)
    {
        source.CopyTo(target);
        return source.Length;
    }
}
