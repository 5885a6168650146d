using Microsoft.AspNetCore.Connections.Features;
using WsFanout.Telemetry;

namespace WsFanout.Hosting.Endpoints.Publishing;

/// <summary>A connection of the listener for publishing alone, from when it is known which HTTP it speaks. Elsewhere a connection publishes from its first publish request on.</summary>
/// <remarks>Any request of the connection.</remarks>
/// <param name="openedAt">Ticks.</param>
internal sealed class PublisherConnection(long openedAt)
{
    private static readonly object HasPublished = new();

    // By Interlocked.
    private int _hasAsked;

    /// <summary>Counts the connection and the time to its first request, if it is the first.</summary>
    public static void Asked(HttpContext context, PublishMetrics metrics, TimeProvider time)
    {
        if (context.Features.Get<PublisherConnection>() is { } connection)
        {
            if (connection._hasAsked == 0 && Interlocked.Exchange(ref connection._hasAsked, 1) == 0) metrics.Passed(PublishStage.Accept, time.GetElapsedTime(connection.OpenedAt));
            return;
        }

        // HTTP/1.1: one request at a time.
        var items = context.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items is null || !items.TryAdd(HasPublished, null)) return;
        metrics.Connected(PublishMetrics.Http1);

        // The web server's part of it: one that becomes a WebSocket and is taken over never closes for it, and publishes no more.
        context.Features.Get<IConnectionCompleteFeature>()?.OnCompleted(
            static counts =>
            {
                ((PublishMetrics)counts).Disconnected(PublishMetrics.Http1);
                return Task.CompletedTask;
            },
            metrics);
    }

    private long OpenedAt => openedAt;
}
