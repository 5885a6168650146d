using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace WsFanout.Hosting.Endpoints;

/// <summary>Answers with a small JSON object.</summary>
internal static class JsonAnswer
{
    private const string ContentType = "application/json; charset=utf-8";

    public static Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer)) write(json);
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = ContentType;
        response.ContentLength = buffer.WrittenCount;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(buffer.WrittenMemory).AsTask();
    }

    /// <summary>The form of every refusal: a word for programs, a sentence for people, and when to come back if that makes sense.</summary>
    public static Task RefuseAsync(HttpContext context, int status, string error, string message, int? retryAfterSeconds = null)
    {
        if (retryAfterSeconds is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return WriteAsync(context, status, json =>
        {
            json.WriteStartObject();
            json.WriteString("error", error);
            json.WriteString("message", message);
            if (retryAfterSeconds is { } after) json.WriteNumber("retry_after", after);
            json.WriteEndObject();
        });
    }
}
