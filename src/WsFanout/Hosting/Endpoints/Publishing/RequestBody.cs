using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using WsFanout.Intake;

namespace WsFanout.Hosting.Endpoints.Publishing;

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
    public static ValueTask<RequestBody> ReadAsync(HttpContext context, TimeSpan within, Func<long, PublishResult?> tooLarge)
    {
        var reader = context.Request.BodyReader;

        // Most bodies come together with their head: no clock is needed for those.
        if (!(context.Request.ContentLength > 0) || !reader.TryRead(out var read)) return ReadSlowlyAsync(context, within, begun: null, tooLarge);
        if (!read.IsCompleted || tooLarge(read.Buffer.Length) is not null) return ReadSlowlyAsync(context, within, read, tooLarge);
        var bytes = read.Buffer.ToArray();
        reader.AdvanceTo(read.Buffer.End);
        return ValueTask.FromResult(new RequestBody(bytes, null));
    }

    /// <param name="begun">What has been read and not yet been let go of.</param>
    private static async ValueTask<RequestBody> ReadSlowlyAsync(HttpContext context, TimeSpan within, ReadResult? begun, Func<long, PublishResult?> tooLarge)
    {
        var reader = context.Request.BodyReader;
        var bytes = new ArrayBufferWriter<byte>((int)Math.Clamp(context.Request.ContentLength ?? 0, SmallestBuffer, LargestFirstBuffer));
        if (begun is { } first)
        {
            Take(reader, first, bytes);
            if (tooLarge(bytes.WrittenCount) is { } tooMuch) return new RequestBody(default, tooMuch);
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

            // What still comes belongs to this request; nobody knows when it ends. Of HTTP/2 the server takes the one request back.
            if (!PublishProtocol.IsHttp2(context)) context.Response.Headers.Connection = "close";
            return new RequestBody(default, PublishResult.Refused("timeout", string.Create(CultureInfo.InvariantCulture, $"the body has not come within {within.TotalSeconds:0.###} s (WS_PUBLISH_TIMEOUT)")));
        }
    }

    /// <summary>
    /// Reads what is left of a body that is refused, up to a bound, before the answer: on HTTP/2 an answer that comes before the end takes the request
    /// back, and some clients then drop it. HTTP/1.1 does so by itself.
    /// </summary>
    public static async ValueTask DiscardAsync(HttpContext context, TimeSpan within, long atMostBytes)
    {
        if (!PublishProtocol.IsHttp2(context)) return;
        var reader = context.Request.BodyReader;
        using var late = new CancellationTokenSource(within);
        using var waking = late.Token.Register(reader.CancelPendingRead);
        try
        {
            while (atMostBytes > 0)
            {
                var read = await reader.ReadAsync(CancellationToken.None);
                atMostBytes -= read.Buffer.Length;
                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted || read.IsCanceled) return;
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // Then nobody waits for the answer.
        }
    }

    /// <summary>What has become of a request whose body ended in an exception.</summary>
    public static PublishResult BrokenOff(HttpContext context, Exception why)
    {
        // Of HTTP/2 the server has checked what it could: an IOException means there that the client has taken the request back.
        if (why is not IOException broken || why is ConnectionResetException || PublishProtocol.IsHttp2(context)) return PublishResult.Aborted();

        // The body is no HTTP (a chunk without a size, or with one beyond all bounds, is an IOException too): nothing behind it can be read.
        context.Response.Headers.Connection = "close";
        return PublishResult.Refused("bad_request", broken.Message);
    }

    private static void Take(PipeReader reader, ReadResult read, ArrayBufferWriter<byte> bytes)
    {
        foreach (var piece in read.Buffer) bytes.Write(piece.Span);
        reader.AdvanceTo(read.Buffer.End);
    }
}
