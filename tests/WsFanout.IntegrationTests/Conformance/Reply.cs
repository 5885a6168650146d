using System.Text;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.Conformance;

/// <summary>Frames as they are expected from the server.</summary>
internal static class Reply
{
    public static RawFrame Text(string text) => Text(Encoding.UTF8.GetBytes(text));

    public static RawFrame Text(byte[] bytes) => new(RawFrame.Text, bytes);

    public static RawFrame Binary(byte[] bytes) => new(RawFrame.Binary, bytes);

    public static RawFrame Pong(string text) => Pong(Encoding.UTF8.GetBytes(text));

    public static RawFrame Pong(byte[] bytes) => new(RawFrame.Pong, bytes);

    /// <summary>These, so often behind each other.</summary>
    public static RawFrame[] Times(int count, params RawFrame[] frames) => [.. Enumerable.Repeat(frames, count).SelectMany(all => all)];
}
