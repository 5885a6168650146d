using WsFanout.Telemetry;

namespace WsFanout.Hosting.Endpoints.Publishing;

/// <summary>Which HTTP a publish request speaks, as the metrics call it.</summary>
internal static class PublishProtocol
{
    public static string Of(HttpContext context) => IsHttp2(context) ? PublishMetrics.Http2 : PublishMetrics.Http1;

    public static bool IsHttp2(HttpContext context) => HttpProtocol.IsHttp2(context.Request.Protocol);
}
