using System.Buffers.Text;

namespace WsFanout.Nats;

/// <summary>Where a message of a consumer stands in its stream, as its reply subject says.</summary>
/// <param name="StreamSequence">Its number in the stream.</param>
/// <param name="ConsumerSequence">Its number among the consumer's deliveries, from 1 without holes.</param>
/// <param name="TimestampNanos">When the stream stored it; nanoseconds since 1970, UTC.</param>
/// <param name="Pending">Messages behind it for this consumer, as of its delivery. May be stale after messages expired.</param>
public readonly record struct NatsJSMsgMetadata(long StreamSequence, long ConsumerSequence, long TimestampNanos, long Pending)
{
    private const int ShortForm = 9, LongForm = 11, LongFormWithRandom = 12;

    /// <summary>
    /// Reads <c>$JS.ACK.[domain.account.]stream.consumer.delivered.stream_seq.consumer_seq.timestamp.pending[.random]</c>. Allocates nothing.
    /// </summary>
    /// <returns>False for anything else: the position of such a message is unknown.</returns>
    public static bool TryParse(ReadOnlySpan<byte> replyTo, out NatsJSMsgMetadata metadata)
    {
        metadata = default;
        if (!replyTo.StartsWith("$JS.ACK."u8))
        {
            return false;
        }

        var tokens = replyTo.Count((byte)'.') + 1;
        var sequence = tokens switch
        {
            ShortForm => 5,
            LongForm or LongFormWithRandom => 7,
            _ => -1,
        };
        if (sequence < 0)
        {
            return false;
        }

        for (; sequence > 0; sequence--)
        {
            replyTo = replyTo[(replyTo.IndexOf((byte)'.') + 1)..];
        }

        if (!TryTakeNumber(ref replyTo, out var stream) || !TryTakeNumber(ref replyTo, out var consumer)
            || !TryTakeNumber(ref replyTo, out var time) || !TryTakeNumber(ref replyTo, out var pending))
        {
            return false;
        }

        metadata = new(stream, consumer, time, pending);
        return true;
    }

    private static bool TryTakeNumber(ref ReadOnlySpan<byte> rest, out long value)
    {
        var end = rest.IndexOf((byte)'.');
        var token = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return Utf8Parser.TryParse(token, out value, out var read) && read == token.Length && token[0] is >= (byte)'0' and <= (byte)'9';
    }
}
