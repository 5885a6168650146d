using WsFanout.Governor.Entry;
using WsFanout.Hosting.Endpoints.Publishing;
using WsFanout.Hosting.Page;
using WsFanout.Hosting.Settings;
using WsFanout.Telemetry;

namespace WsFanout.Hosting.Endpoints;

/// <summary>Every path the server answers, in one place.</summary>
internal sealed partial class Router(
    WebSocketEndpoint webSocket, PublishEndpoint publish, HealthEndpoint health, PauseEndpoint? pause, PrometheusExporter exporter, SettingsResult settings, ILogger<Router> logger)
{
    private readonly bool _offersEcho = settings.Settings?.Host.OffersTestEcho ?? false;
    private readonly bool _hasConsole = settings.Settings?.Host.HasConsole ?? true;

    /// <summary>The answers of a listener that serves this much.</summary>
    public RequestDelegate Answer(Served served) => context => HandleAsync(context, served);

    private async Task HandleAsync(HttpContext context, Served served)
    {
        try
        {
            await RouteAsync(context, served);
        }
        catch (Exception bug) when (bug is not OperationCanceledException && !context.RequestAborted.IsCancellationRequested)
        {
            LogFailed(context.Request.Method, bug);
            if (context.Response.HasStarted) context.Abort();
            else await JsonAnswer.RefuseAsync(context, StatusCodes.Status500InternalServerError, "server_fault", "the server made a mistake; its log says more");
        }
    }

    private Task RouteAsync(HttpContext context, Served served)
    {
        var path = context.Request.Path.Value ?? "";
        var echoes = _offersEcho && path == WebSocketEndpoint.EchoPath;
        var isWebSocket = echoes || path == WebSocketEndpoint.Path;
        var isForClients = isWebSocket || FileAt(path) is not null;
        var isPublish = PublishEndpoint.IsAt(path);
        if (!served.HasFlag(isForClients ? Served.Clients : isPublish ? Served.Publishing : Served.Operators)) return NotFound(context);
        if (isWebSocket) return webSocket.HandleAsync(context, echoes);
        context.Features.Get<AcceptCharge>()?.Served();
        if (isPublish) return HttpMethods.IsPost(context.Request.Method) ? publish.HandleAsync(context) : NotAllowed(context, "POST");
        if (pause is not null && path == PauseEndpoint.Path) return HttpMethods.IsPost(context.Request.Method) ? pause.HandleAsync(context) : NotAllowed(context, "POST");

        Func<HttpContext, Task>? get = path switch
        {
            "/metrics" => MetricsAsync,
            "/health" => health.AllAsync,
            "/health/live" => HealthEndpoint.LiveAsync,
            "/health/ready" => health.ReadyAsync,
            "/config" => ConfigAsync,
            _ => isForClients ? FileAsync : null,
        };
        if (get is null) return NotFound(context);
        return HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) ? get(context) : NotAllowed(context, "GET, HEAD");
    }

    private Task MetricsAsync(HttpContext context) =>
        AnswerAsync(context, System.Text.Encoding.UTF8.GetBytes(exporter.Scrape()), PrometheusText.ContentType);

    private Task ConfigAsync(HttpContext context)
    {
        return LocalOnly.Objection(context) is { } objection
            ? JsonAnswer.RefuseAsync(context, StatusCodes.Status403Forbidden, "forbidden", $"only for this machine, and the request does not count as its: {objection}")
            : JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, json => ConfigJson.Write(json, settings));
    }

    /// <summary>The page's file at a path. Without the console there is none but the client that other pages import.</summary>
    private PageFile? FileAt(string path) => PageFiles.Find(path) is { } file && (_hasConsole || file.IsForEveryone) ? file : null;

    private Task FileAsync(HttpContext context)
    {
        var file = FileAt(context.Request.Path.Value!)!;
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = PageFiles.ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";

        // May be kept, and is asked for again each time: after an upgrade no file meets an older one.
        headers.CacheControl = "no-cache";
        headers.ETag = file.Tag;
        if (file.IsForEveryone)
        {
            headers.AccessControlAllowOrigin = "*";
            headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        }

        if (!context.Request.Headers.IfNoneMatch.Contains(file.Tag)) return AnswerAsync(context, file.Body, file.ContentType);
        context.Response.StatusCode = StatusCodes.Status304NotModified;
        return Task.CompletedTask;
    }

    private static Task AnswerAsync(HttpContext context, ReadOnlyMemory<byte> body, string contentType)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(body).AsTask();
    }

    private static Task NotFound(HttpContext context) =>
        JsonAnswer.RefuseAsync(context, StatusCodes.Status404NotFound, "not_found", "there is nothing at this path");

    private static Task NotAllowed(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return JsonAnswer.RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, "method_not_allowed", $"this path takes {allowed}");
    }

    [LoggerMessage(LogLevel.Error, "A {Method} request failed.")]
    private partial void LogFailed(string method, Exception exception);
}
