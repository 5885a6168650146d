using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using WsFanout.Intake;

namespace WsFanout.Hosting.Endpoints.Publishing;

/// <summary>Tells a publisher what became of its message.</summary>
internal static class PublishAnswer
{
    private const string Json = "application/json; charset=utf-8";
    private const int MaxRetrySeconds = 2;

    /// <summary>Longest <c>{"seq":n}</c>.</summary>
    private const int LongestStored = 32;

    /// <summary>Whether it passes by itself: the publisher is told to come back, and when.</summary>
    private static bool IsPassing(PublishResult result) => result.Outcome is "too_many_pending" or "rate_limited" or "unavailable";

    private static int RetryAfter() => Random.Shared.Next(1, MaxRetrySeconds + 1);

    public static Task WriteAsync(HttpContext context, PublishResult result)
    {
        if (result.Problem is null) return WriteStored(context, result.Sequence);
        if (result.Outcome == "aborted")
        {
            // Nobody may be left with the framework's own 200.
            context.Abort();
            return Task.CompletedTask;
        }

        if (result.Outcome == "unauthorized") context.Response.Headers.WWWAuthenticate = "Bearer";
        return JsonAnswer.RefuseAsync(context, StatusOf(result.Outcome), result.Outcome, result.Problem, IsPassing(result) ? RetryAfter() : null);
    }

    /// <summary>A line for each of theirs. 200 says that all are stored, 207 that it stands in the lines which are not.</summary>
    public static Task WriteLinesAsync(HttpContext context, IReadOnlyList<PublishLine> lines)
    {
        var buffer = new ArrayBufferWriter<byte>(lines.Count * LongestStored);
        var areAllStored = true;
        using var json = new Utf8JsonWriter(buffer);
        foreach (var line in lines)
        {
            var result = line.Result!;
            areAllStored &= result.Problem is null;
            if (result.Problem is null) Append(buffer, result.Sequence);
            else AppendRefusal(json, buffer, result);
            buffer.Write("\n"u8);
        }

        var response = context.Response;
        response.StatusCode = areAllStored ? StatusCodes.Status200OK : StatusCodes.Status207MultiStatus;
        response.ContentType = "application/x-ndjson";
        response.ContentLength = buffer.WrittenCount;
        return response.Body.WriteAsync(buffer.WrittenMemory).AsTask();
    }

    private static void AppendRefusal(Utf8JsonWriter json, ArrayBufferWriter<byte> to, PublishResult result)
    {
        json.Reset(to);
        json.WriteStartObject();
        json.WriteString("error"u8, result.Outcome);
        json.WriteString("message"u8, result.Problem);
        if (IsPassing(result)) json.WriteNumber("retry_after"u8, RetryAfter());
        json.WriteEndObject();
        json.Flush();
    }

    /// <summary>Appends <c>{"seq":n}</c>.</summary>
    private static void Append(IBufferWriter<byte> to, long sequence)
    {
        var span = to.GetSpan(LongestStored);
        "{\"seq\":"u8.CopyTo(span);
        Utf8Formatter.TryFormat(sequence, span[7..], out var digits);
        span[7 + digits] = (byte)'}';
        to.Advance(digits + 8);
    }

    /// <summary>The usual answer, once for each message: without a writer, without a buffer of its own.</summary>
    private static Task WriteStored(HttpContext context, long sequence)
    {
        Span<byte> digits = stackalloc byte[LongestStored];
        Utf8Formatter.TryFormat(sequence, digits, out var count);
        var response = context.Response;
        response.ContentType = Json;
        response.ContentLength = count + 8;

        // Given to the connection with the end of the request, head, body and end at once.
        Append(response.BodyWriter, sequence);
        return Task.CompletedTask;
    }

    private static int StatusOf(string outcome) => outcome switch
    {
        "bad_request" => StatusCodes.Status400BadRequest,
        "unauthorized" => StatusCodes.Status401Unauthorized,
        "forbidden" => StatusCodes.Status403Forbidden,
        "too_large" => StatusCodes.Status413PayloadTooLarge,
        "rate_limited" => StatusCodes.Status429TooManyRequests,
        _ => StatusCodes.Status503ServiceUnavailable,
    };
}
