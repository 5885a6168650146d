using System.Buffers;
using System.Buffers.Text;
using System.Collections.Frozen;
using System.Globalization;
using WsFanout.Governor.Entry;

namespace WsFanout.Hosting.Endpoints;

/// <summary>Tells one client why it is not let in. What is told to crowds is written beforehand: refusing must cost next to nothing.</summary>
internal static class RefusalAnswer
{
    private const string ContentType = "application/json; charset=utf-8";
    private const int LongestNumber = 11;

    /// <summary>Everything before the number of seconds. By word: a refusal may carry a message of its own only if it doesn't pass.</summary>
    private static readonly FrozenDictionary<string, byte[]> Beginnings = Refusal.All
        .Where(refusal => refusal.IsPassing)
        .ToFrozenDictionary(
            refusal => refusal.Word,
            refusal => System.Text.Encoding.UTF8.GetBytes($$"""{"error":"{{refusal.Word}}","message":"{{refusal.Message}}","retry_after":"""),
            StringComparer.Ordinal);

    private static readonly string[] Seconds = [.. Enumerable.Range(0, 61).Select(seconds => seconds.ToString(CultureInfo.InvariantCulture))];

    public static Task WriteAsync(HttpContext context, Refused refused)
    {
        // Who isn't served must not keep a descriptor, nor have refusals by the thousand on one connection.
        context.Response.Headers.Connection = "close";
        var (why, seconds) = refused;
        if (!why.IsPassing) return JsonAnswer.RefuseAsync(context, why.Status, why.Word, why.Message);

        var response = context.Response;
        response.StatusCode = why.Status;
        response.ContentType = ContentType;
        response.Headers.RetryAfter = seconds < Seconds.Length ? Seconds[seconds] : seconds.ToString(CultureInfo.InvariantCulture);

        var beginning = Beginnings[why.Word];
        var body = response.BodyWriter.GetSpan(beginning.Length + LongestNumber + 1);
        beginning.CopyTo(body);
        Utf8Formatter.TryFormat(seconds, body[beginning.Length..], out var digits);
        var length = beginning.Length + digits;
        body[length++] = (byte)'}';
        response.ContentLength = length;
        response.BodyWriter.Advance(length);
        return Task.CompletedTask;
    }
}
