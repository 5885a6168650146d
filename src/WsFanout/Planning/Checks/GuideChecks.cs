using System.Globalization;
using WsFanout.Hosting;
using WsFanout.Hosting.Settings.Catalogue;
using WsFanout.Hosting.Settings.Derivation;
using WsFanout.Hosting.Settings.Grammars;
using WsFanout.Planning.Plan;

namespace WsFanout.Planning.Checks;

/// <summary>
/// The five checks of the capacity planning guide and its minimum configuration, in our settings. It is about a server of HTTP/2 requests:
/// ours is one where it takes publishes, so its pools of requests are <c>WS_PUBLISH_MAX_PENDING</c>, and its memory is that of the messages held.
/// </summary>
internal static class GuideChecks
{
    private const string Guide = "guide";
    private const double Mega = 1 << 20;
    private const double PeakFactor = 2;
    private const int SaturatedConnections = 3;
    private const double MemoryShare = 0.7;
    private const double Overflow = 0.1;
    private const int TwoOfEach = 2;

    public static IEnumerable<Check> Of(PlanBasis basis)
    {
        var publish = basis.Settings.Publish;
        var peak = basis.Request.MessagesPerSecond * PeakFactor;
        var concurrency = peak * basis.Request.PublishTime.TotalSeconds;
        yield return new Check(
            "guide_little", Guide, Text($"WS_PUBLISH_MAX_PENDING ≥ publishes at peak {peak:0.###}/s × {basis.Request.PublishTime.TotalMilliseconds:0} ms"),
            publish.MaxPending, Relation.AtLeast, concurrency, "requests")
        {
            Theirs = "arena_pool_size >= peak_rps × p99_latency",
        };

        var (streams, where) = RequestsOfAConnection(basis);
        yield return new Check(
            "guide_streams", Guide, Text($"WS_PUBLISH_MAX_PENDING ≥ requests that one connection may have open ({where}) × 3: with fewer places three connections that use all they may get 503 for the rest"),
            publish.MaxPending, Relation.AtLeast, streams * SaturatedConnections, "requests")
        {
            Theirs = "arena_pool_size >= max_concurrent_streams × 3",
        };

        var heap = basis.Governor.MemoryLimitBytes * HeapLimit.PartOfMemory;
        var burst = basis.Settings.Clients.SendBurstBytes * basis.Settings.Fanout.WorkerThreads;
        yield return new Check(
            "guide_memory", Guide, "WS_REPLAY_MAX_BYTES + WS_WORKER_QUEUE_BYTES + 2 × WS_SEND_BURST_BYTES ≤ heap (60 % of WS_MEMORY_LIMIT) × 0.7",
            (basis.Settings.History.MaxBytes + basis.Settings.Fanout.RingBytes + (TwoOfEach * burst)) / Mega, Relation.AtMost, heap * MemoryShare / Mega, "MB")
        {
            Theirs = "arena_pool_size × arena_size < available_ram × 0.7",
        };

        yield return new Check(
            "guide_buffers", Guide, Text($"descriptors ≥ WS_MAX_CONNECTIONS + {CapacityFormulas.DescriptorReserve}: a socket brings its buffers"),
            basis.Given.Machine.DescriptorLimit, Relation.AtLeast, basis.Governor.MaxConnections + CapacityFormulas.DescriptorReserve, "descriptors")
        {
            Theirs = "tcp_buffer_pool_size >= max_connections",
        };

        yield return new Check(
            "guide_queue", Guide, "WS_PUBLISH_MAX_PENDING − those of Little's law ≥ a tenth of them",
            publish.MaxPending - concurrency, Relation.AtLeast, concurrency * Overflow, "requests")
        {
            Theirs = "pending_stream_pool_size >= arena_pool_size × 0.1",
        };

        yield return new Check(
            "guide_minimum_buffers", Guide, "WS_MEMORY_LIMIT ≥ the server and WS_MAX_CONNECTIONS clients with both buffers of their sockets",
            basis.Governor.MemoryLimitBytes / Mega, Relation.AtLeast, basis.Model.Bytes(basis.Governor.MaxConnections) / Mega, "MB")
        {
            Theirs = "tcp_buffer_pool_size >= max_connections × 2 (minimum configuration)",
        };

        yield return new Check(
            "guide_minimum_queue", Guide, Text($"WS_WORKER_QUEUE_SIZE ≥ JS_PULL_BATCH × 2: one batch that is dealt, one that comes"),
            basis.Settings.Fanout.RingMessages, Relation.AtLeast, basis.Settings.Stream.PullBatch * TwoOfEach, "messages")
        {
            Theirs = "queue_capacity >= max_connections × 2 (minimum configuration)",
        };
    }

    /// <summary>Over HTTP/1.1 one at a time, over HTTP/2 as many as there may be streams.</summary>
    private static (double Requests, string Where) RequestsOfAConnection(PlanBasis basis)
    {
        var address = basis.Effective(PublishSettings.Address).Value;
        if (address.Length == 0) return (1, "1, HTTP/1.1");

        var streams = basis.Effective(PublishSettings.Http2MaxStreams).Value;
        var read = new CountGrammar(1, long.MaxValue).Read(streams).Value;
        return (read, $"WS_HTTP2_MAX_STREAMS, {streams}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
