using System.Text;
using WsFanout.Nats.Protocol;

namespace WsFanout.Nats.Tests.Protocol;

/// <summary>Frames as text, to compare what came out of differently cut input.</summary>
internal static class FrameText
{
    public static string Of(in Frame frame) => frame.Kind switch
    {
        FrameKind.Msg => $"Msg {Text(frame.Subject)} {frame.Sid} [{Text(frame.ReplyTo)}] [{Text(frame.Headers)}] [{Text(frame.Payload)}]",
        FrameKind.Info or FrameKind.Err => $"{frame.Kind} {Text(frame.Text)}",
        _ => $"{frame.Kind}",
    };

    /// <summary>Reads the pieces as if each came in a receive of its own.</summary>
    public static List<string> ReadAll(FrameReader reader, params ReadOnlyMemory<byte>[] pieces)
    {
        var frames = new List<string>();
        foreach (var piece in pieces)
        {
            for (var rest = piece; !rest.IsEmpty;)
            {
                var space = reader.Space();
                var taken = rest[..Math.Min(space.Length, rest.Length)];
                taken.CopyTo(space);
                reader.Received(taken.Length);
                rest = rest[taken.Length..];
                while (reader.TryRead(out var frame))
                {
                    frames.Add(Of(in frame));
                }
            }
        }

        return frames;
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
