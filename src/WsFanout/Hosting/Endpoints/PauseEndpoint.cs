using WsFanout.Governor;
using WsFanout.Hosting.Settings.Grammars;

namespace WsFanout.Hosting.Endpoints;

/// <summary><c>POST /__pause?for=10s</c>: pauses the intake as overload would. Only with <c>WS_TEST_PAUSE</c>, and only from this machine.</summary>
internal sealed class PauseEndpoint(LoadGovernor governor)
{
    public const string Path = "/__pause";

    private static readonly DurationGrammar Duration = new(100, 3_600_000);

    public Task HandleAsync(HttpContext context)
    {
        if (LocalOnly.Objection(context) is { } objection)
        {
            return JsonAnswer.RefuseAsync(context, StatusCodes.Status403Forbidden, "forbidden", $"only for this machine, and the request does not count as its: {objection}");
        }

        var reading = Duration.Read(UrlText.ReadQuery(context.Request.QueryString.Value ?? "")?.GetValueOrDefault("for") ?? "");
        if (!reading.IsValid)
        {
            return JsonAnswer.RefuseAsync(context, StatusCodes.Status400BadRequest, "bad_request", $"for= must be {Duration.Expected}");
        }

        governor.PauseFor(reading.Value);
        return JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("paused", true);
            json.WriteEndObject();
        });
    }
}
