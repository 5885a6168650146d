namespace WsFanout.Planning.Comparison;

/// <summary>What became of each parameter of the guides: those of the capacity planning guide (a server of HTTP/2 requests), then those of the HTTP/2 guide that it does not have.</summary>
internal static class Parameters
{
    public static IReadOnlyList<Parameter> All { get; } =
    [
        new("max_connections", "WS_MAX_CONNECTIONS", "a browser is one WebSocket here, where it is one stream there: their connections × streams are our clients"),
        new("max_concurrent_streams", "WS_HTTP2_MAX_STREAMS, WS_MAX_CHANNELS_PER_CLIENT", "requests at once of a publisher's connection; what one client may be subscribed to at once"),
        new("arena_pool_size", "WS_PUBLISH_MAX_PENDING", "requests in work. To clients nothing is in work: a message is encoded once and held in the history, and what waits for a client (WS_SEND_QUEUE_SIZE) are references to it"),
        new("arena_size", "WS_PUBLISH_MAX_BYTES, WS_SEND_QUEUE_BYTES", "most bytes of one request, and most that waits for one client; memory is taken as it is needed, not in blocks of 4 MB"),
        new("arena_pool_size × arena_size", "WS_REPLAY_MAX_BYTES, WS_WORKER_QUEUE_BYTES, WS_SEND_BURST_BYTES", "all messages in memory: held, on their way, waiting in a burst"),
        new("tcp_buffer_pool_size", "", "the kernel keeps them: up to 64 KB a socket of what was sent (ListenSocketOptions.SendBufferBytes), 4 KB when idle; incoming bytes go through one buffer per worker"),
        new("pending_stream_pool_size", "WS_PUBLISH_MAX_PENDING", "requests that wait; the same bound as those in work, because here a request does nothing but wait for the stream's answer"),
        new("queue_capacity", "WS_WORKER_QUEUE_SIZE", "messages between intake and workers; shared by all clients, so it grows with messages, not with connections"),
        new("max_request_body_size", "WS_PUBLISH_MAX_BYTES", "beyond: 413; the broker's max_payload bounds it too"),
        new("backpressure_list_max", "", "no list of connections that wait: a socket that can't be served is not read, and the kernel's window tells its peer"),
        new("backpressure_timeout_ms", "WS_PUBLISH_TIMEOUT", "beyond: 503"),
        new("buffer_high_watermark", "WS_MEMORY_REJECT_PERCENT", "above: newcomers are refused"),
        new("buffer_critical_watermark", "WS_MEMORY_SHED_PERCENT", "above: clients are closed, the slowest first"),
        new("utilization target 60-70 %", "--target-utilisation, WS_CPU_REJECT_THRESHOLD", "what is planned for, and where newcomers stop"),
        new("max_handles", "", "the process's descriptor limit: ulimit -n, ulimits.nofile, LimitNOFILE; wsfanout check names it"),
        new("max_servers", "", "one process is one server; WS_ADMIN_ADDR and WS_PUBLISH_ADDR are its other listeners"),
        new("max_frame_size", "WS_HTTP2_MAX_FRAME_SIZE", "the same"),
        new("initial stream window", "WS_HTTP2_STREAM_WINDOW", "the same, 4 × frame"),
        new("initial connection window", "WS_HTTP2_CONNECTION_WINDOW", "the same, 16 × frame"),
        new("adaptive_window", "", "windows are as set; bodies are bounded by WS_PUBLISH_MAX_BYTES, so there is little to adapt to"),
        new("keep_alive_interval, keep_alive_timeout", "WS_HTTP2_KEEPALIVE_INTERVAL, WS_HTTP2_KEEPALIVE_TIMEOUT", "the same, for publishers; for clients WS_PING_INTERVAL and WS_PONG_TIMEOUT"),
        new("keep_alive_while_idle", "", "always: what is silent is pinged"),
        new("pool_max_idle_per_host, pool_idle_timeout", "", "of the publisher's HTTP client, not of a server"),
        new("request_timeout", "WS_PUBLISH_TIMEOUT", "the server's side of it"),
    ];
}
