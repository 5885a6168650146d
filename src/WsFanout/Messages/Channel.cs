using System.Text;
using System.Text.Json;

namespace WsFanout.Messages;

/// <summary>A channel that the stream has messages on: its name and the part of every frame that is the same.</summary>
internal class Channel
{
    public Channel(string name)
    {
        Name = name;
        var quoted = JsonSerializer.SerializeToUtf8Bytes(name, NameJson.Default.String);
        FramePrefix = [.. "{\"type\":\"message\",\"channel\":"u8, .. quoted, .. ",\"seq\":"u8];
        Utf8Name = Encoding.UTF8.GetBytes(name);
    }

    public string Name { get; }

    public byte[] Utf8Name { get; }

    /// <summary>JSON of a <c>message</c> up to its sequence number.</summary>
    public byte[] FramePrefix { get; }

    public override string ToString() => Name;
}
