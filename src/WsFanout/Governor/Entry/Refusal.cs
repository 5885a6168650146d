namespace WsFanout.Governor.Entry;

/// <summary>Why a handshake is refused: one catalogue for the status, the body and the metric.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Word">The body's <c>error</c> and the metric's label <c>reason</c>.</param>
/// <param name="Message">A sentence for people.</param>
/// <param name="IsPassing">Whether coming back later makes sense; then <c>Retry-After</c> is sent.</param>
internal sealed record Refusal(int Status, string Word, string Message, bool IsPassing)
{
    public static readonly Refusal BadRequest = new(400, "bad_request", "the upgrade request is malformed", false);
    public static readonly Refusal Unauthorized = new(401, "unauthorized", "the token is missing, invalid or expired", false);
    public static readonly Refusal ForbiddenOrigin = new(403, "forbidden_origin", "pages of this origin may not connect", false);
    public static readonly Refusal UpgradeRequired = new(426, "upgrade_required", "this address speaks WebSocket, version 13", false);
    public static readonly Refusal RateLimited = new(429, "rate_limited", "too many new connections", true);
    public static readonly Refusal MaxConnections = new(503, "max_connections", "the server has as many clients as it takes", true);
    public static readonly Refusal Cpu = new(503, "cpu", "the server is short of CPU", true);
    public static readonly Refusal Memory = new(503, "memory", "the server is short of memory", true);
    public static readonly Refusal Tasks = new(503, "tasks", "the server holds as many units of concurrency as it may", true);
    public static readonly Refusal Lag = new(503, "lag", "the server is behind", true);
    public static readonly Refusal Draining = new(503, "draining", "the server is about to stop", true);
    public static readonly Refusal Starting = new(503, "starting", "the server has not been attached to the stream yet", true);

    /// <summary>The whole catalogue.</summary>
    public static readonly IReadOnlyList<Refusal> All =
    [
        BadRequest, Unauthorized, ForbiddenOrigin, UpgradeRequired, RateLimited, MaxConnections, Cpu, Memory, Tasks, Lag, Draining, Starting,
    ];
}
