using System.Text.Json;
using System.Text.Unicode;
using WsFanout.Intake;

namespace WsFanout.Hosting.Endpoints.Publishing;

/// <summary>One message of a request that has several, and what became of it.</summary>
internal sealed class PublishLine
{
    private const string Form = """the line must be a JSON object {"channel":"…","data":…}, nested no deeper than 63""";

    private PublishLine(string channel, ReadOnlyMemory<byte> payload) => (Channel, Payload) = (channel, payload);

    public string Channel { get; }

    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>Null until it is known.</summary>
    public PublishResult? Result { get; set; }

    /// <summary>Ticks; of a line that was on its way.</summary>
    public long SettledAt { get; set; }

    /// <summary>The whole line is the payload.</summary>
    public static PublishLine For(string channel, ReadOnlyMemory<byte> line) => new(channel, line);

    /// <summary>The line names its channel, and its payload is the JSON value of <c>data</c>, byte for byte.</summary>
    /// <returns>A line whose <see cref="Result"/> is known when it is none of that form.</returns>
    public static PublishLine Read(ReadOnlyMemory<byte> line, int maxChannelLength)
    {
        // The reader looks into no text that it only skips.
        if (!Utf8.IsValid(line.Span)) return Wrong("the line is no UTF-8 text");
        string? channel = null;
        ReadOnlyMemory<byte> data = default;
        try
        {
            var json = new Utf8JsonReader(line.Span);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return Wrong(Form);
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var isChannel = json.ValueTextEquals("channel"u8);
                if (!isChannel && !json.ValueTextEquals("data"u8)) return Wrong($"{Form}, and has another member");
                if (isChannel ? channel is not null : !data.IsEmpty) return Wrong($"{Form}, and has a member twice");
                json.Read();
                if (isChannel && json.TokenType != JsonTokenType.String) return Wrong("channel must be a string");
                var start = (int)json.TokenStartIndex;
                if (isChannel) channel = json.GetString();
                else json.Skip();
                if (!isChannel) data = line[start..(int)json.BytesConsumed];
            }

            // What follows the object is not JSON any more, which this finds out.
            json.Read();
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            return Wrong(Form);
        }

        if (channel is null || data.IsEmpty) return Wrong($"{Form}, and lacks {(channel is null ? "channel" : "data")}");
        var problem = PublishedChannel.Problem(channel, maxChannelLength);
        return problem.Length == 0 ? new PublishLine(channel, data) : Wrong(problem);
    }

    private static PublishLine Wrong(string problem) => new("", default) { Result = PublishResult.Refused("bad_request", problem) };
}
