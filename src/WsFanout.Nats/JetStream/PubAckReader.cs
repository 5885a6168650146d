using System.Text.Json;

namespace WsFanout.Nats;

/// <summary>Reads the answer to a publish where it is the usual one; it comes once for each message.</summary>
internal static class PubAckReader
{
    /// <returns>Null for anything but a plain "stored": an error, or what is not understood here.</returns>
    public static PubAckResponse? TryRead(ReadOnlySpan<byte> answer)
    {
        string? stream = null;
        long seq = 0;
        try
        {
            var json = new Utf8JsonReader(answer);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var isStream = json.ValueTextEquals("stream"u8);
                if (!isStream && !json.ValueTextEquals("seq"u8))
                {
                    return null;
                }

                json.Read();
                if (isStream)
                {
                    stream = json.TokenType == JsonTokenType.String ? json.GetString() : null;
                }
                else if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out seq))
                {
                    return null;
                }
            }
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // The second is for text that is no UTF-8.
            return null;
        }

        return stream is { Length: > 0 } && seq > 0 ? new PubAckResponse { Stream = stream, Seq = seq } : null;
    }
}
