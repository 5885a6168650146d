using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using WsFanout.Intake;

namespace WsFanout.Hosting.Endpoints;

/// <summary>The body of a publish request: whole, or the reason why not.</summary>
/// <param name="Bytes">Memory of its own: the source may hold it until the message is encoded.</param>
/// <param name="Refused">Null when it is whole.</param>
internal readonly record struct RequestBody(ReadOnlyMemory<byte> Bytes, PublishResult? Refused)
{
    private const int SmallestBuffer = 256;

    /// <summary>A length that is only announced takes no more than this.</summary>
    private const int LargestFirstBuffer = 64 * 1024;

    /// <param name="within">From now to its last byte.</param>
    /// <param name="tooLarge">Says by the bytes so far whether it is refused for its size.</param>
    public static async Task<RequestBody> ReadAsync(HttpContext context, TimeSpan within, Func<long, PublishResult?> tooLarge)
    {
        // WS_PUBLISH_TIMEOUT decides how slow is too slow; the framework's own rule would call it a bad request.
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;

        var reader = context.Request.BodyReader;
        var bytes = new ArrayBufferWriter<byte>((int)Math.Clamp(context.Request.ContentLength ?? 0, SmallestBuffer, LargestFirstBuffer));

        // Most bodies come together with their head: no clock is needed for those.
        if (context.Request.ContentLength > 0 && reader.TryRead(out var whole))
        {
            Take(reader, whole, bytes);
            if (tooLarge(bytes.WrittenCount) is { } refused) return new RequestBody(default, refused);
            if (whole.IsCompleted) return new RequestBody(bytes.WrittenMemory, null);
        }

        // Cancelling what is pending, not the call: the framework takes a cancelled call for one that still reads. A client that goes ends it too.
        using var late = new CancellationTokenSource(within);
        using var waking = late.Token.Register(reader.CancelPendingRead);
        while (true)
        {
            var read = await reader.ReadAsync(CancellationToken.None);
            Take(reader, read, bytes);
            if (tooLarge(bytes.WrittenCount) is { } refused) return new RequestBody(default, refused);
            if (read.IsCompleted) return new RequestBody(bytes.WrittenMemory, null);
            if (!read.IsCanceled) continue;

            // What still comes belongs to this request; nobody knows when it ends.
            context.Response.Headers.Connection = "close";
            return new RequestBody(default, PublishResult.Refused("timeout", $"the body has not come within {within} (WS_PUBLISH_TIMEOUT)"));
        }
    }

    private static void Take(PipeReader reader, ReadResult read, ArrayBufferWriter<byte> bytes)
    {
        foreach (var piece in read.Buffer) bytes.Write(piece.Span);
        reader.AdvanceTo(read.Buffer.End);
    }
}
