using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace WsFanout.Tools;

/// <summary>A server's answer that was not yes: <c>503 draining: …</c>, and how long it asked to stay away.</summary>
internal sealed record Refusal(int Status, string Reason, TimeSpan? RetryAfter)
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>True when the same request may well be taken later.</summary>
    public bool IsTemporary => Status is 429 or >= 500;

    public override string ToString() => Reason.Length == 0 ? Status.ToString(CultureInfo.InvariantCulture) : $"{Status} {Reason}";

    /// <summary>Reads status, reason and pause of an answer; its body is read to the end.</summary>
    public static async Task<Refusal> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var body = await response.Content.ReadAsStringAsync(cancellation);
        var status = (int)response.StatusCode;
        return new Refusal(status, Describe(body, response.ReasonPhrase), Pause(response.Headers.RetryAfter));
    }

    private static TimeSpan? Pause(RetryConditionHeaderValue? header) => header?.Delta is { } pause ? Clamp(pause) : null;

    /// <summary>Cuts a pause to what a timer can hold.</summary>
    public static TimeSpan Clamp(TimeSpan pause) => pause < TimeSpan.Zero ? TimeSpan.Zero : pause > Longest ? Longest : pause;

    private static string Describe(string body, string? phrase)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var error = Field(json.RootElement, "error");
            var message = Field(json.RootElement, "message");
            if (error is not null || message is not null) return OneLine.Of(string.Join(": ", new[] { error, message }.Where(part => part is not null)));
        }
        catch (JsonException)
        {
            // Not an answer of this server's kind: shown as it came.
        }
        return OneLine.Of(body.Length is > 0 and <= 500 ? body.Trim() : phrase ?? "");
    }

    private static string? Field(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var field) && field.ValueKind == JsonValueKind.String ? field.GetString() : null;
}
