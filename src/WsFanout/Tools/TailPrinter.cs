using System.Globalization;
using System.Text.Json;

namespace WsFanout.Tools;

/// <summary>The lines of <c>wsfanout tail</c>: messages to one writer, everything else to the other.</summary>
/// <exception cref="OutputLostException">By every method: nobody reads the output any more, or it can't be written.</exception>
internal sealed class TailPrinter(TextWriter messages, TextWriter notes, bool wholeFrames)
{
    /// <summary>One line: time, channel, sequence number and data, or the frame as it came.</summary>
    public void Message(JsonElement frame, string channel, long seq, long unixMilliseconds)
    {
        if (wholeFrames)
        {
            messages.WriteLine(OneLine.Of(frame.GetRawText()));
            return;
        }
        var time = DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        var data = frame.TryGetProperty("base64", out var bytes) ? $"base64:{bytes}"
            : frame.TryGetProperty("data", out var json) ? json.GetRawText() : "";
        messages.WriteLine($"{time} {OneLine.Of(channel)} {seq} {OneLine.Of(data)}");
    }

    /// <summary>Something a person should know.</summary>
    public void Note(string text) => notes.WriteLine($"wsfanout tail: {OneLine.Of(text)}");
}
