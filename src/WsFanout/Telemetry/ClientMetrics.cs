using System.Diagnostics.Metrics;

namespace WsFanout.Telemetry;

/// <summary>Clients that came, were refused, and left.</summary>
internal sealed class ClientMetrics
{
    /// <summary>Why a client was told of a gap: its queue was full, what it missed is no longer held, or the stream has dropped it.</summary>
    public static readonly IReadOnlyList<string> GapReasons = ["slow", "window", "upstream"];

    private static readonly string[] DropReasons = ["slow", "closed", "disconnected"];
    private static readonly string[] ResumeOutcomes = ["recovered", "gap", "reset"];

    private readonly Meters _meters;
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _disconnects;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _gaps;
    private readonly Counter<long> _resumes;
    private readonly Counter<long> _tokensRefused;
    private readonly Histogram<double> _handshake;

    /// <param name="closeLabels">The label of every close reason.</param>
    /// <param name="refusals">The word of every refusal.</param>
    /// <param name="tokenProblems">The word of everything that can be wrong with a token.</param>
    public ClientMetrics(Meters meters, IReadOnlyList<string> closeLabels, IReadOnlyList<string> refusals, IReadOnlyList<string> tokenProblems)
    {
        _meters = meters;
        _accepted = meters.Server.CreateCounter<long>("connections_total", "{client}", "Clients let in.");
        _rejected = meters.CreateCounter("connections_rejected_total", "{client}", "Handshakes refused.", "reason", refusals);
        _disconnects = meters.CreateCounter("disconnects_total", "{client}", "Clients that left, by why.", "reason", closeLabels);
        _dropped = meters.CreateCounter("messages_dropped_total", "{message}", "Messages that were owed to a client and will not be delivered.", "reason", DropReasons);
        _gaps = meters.CreateCounter("gaps_total", "{gap}", "Gaps told to clients.", "reason", GapReasons);
        _resumes = meters.CreateCounter("resumes_total", "{request}", "Subscribes with a position, by outcome.", "outcome", ResumeOutcomes);
        _tokensRefused = meters.CreateCounter("auth_failures_total", "{token}", "Tokens refused, in handshakes and afterwards, and clients that showed none in time.", "reason", tokenProblems);
        _handshake = meters.Server.CreateHistogram(
            "handshake_seconds", "s", "Request to welcome.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = Buckets.Latency });
    }

    /// <summary>Reads the slots in use at each scrape.</summary>
    public void ObserveSlots(Func<int> current, int max)
    {
        _meters.Server.CreateObservableGauge("connections_current", current, "{client}", "Clients connected.");
        _meters.Server.CreateObservableGauge("connections_max", () => max, "{client}", "Clients this server takes.");
    }

    /// <summary>Reads at each scrape how long, all in all, nobody was accepted.</summary>
    public void ObservePauses(Func<TimeSpan> paused) =>
        _meters.Server.CreateObservableCounter(
            "accept_paused_seconds_total", () => paused().TotalSeconds, "s", "Time in which no connection was accepted, because refusing had used up its budget.");

    /// <summary>Reads at each scrape how long the certificate of the listener is still valid.</summary>
    public void ObserveCertificate(Func<double> secondsLeft) =>
        _meters.Server.CreateObservableGauge("tls_certificate_expiry_seconds", secondsLeft, "s", "Time until the listener's certificate expires; below 0 it has.");

    public void ClientAccepted(double handshakeSeconds)
    {
        _accepted.Add(1);
        _handshake.Record(handshakeSeconds);
    }

    public void ClientRefused(string reason) => _rejected.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void TokenRefused(string reason) => _tokensRefused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void ClientLeft(string closeLabel) => _disconnects.Add(1, new KeyValuePair<string, object?>("reason", closeLabel));

    /// <summary>Messages that were owed to a client when it was closed or left, its socket's own buffer not counted.</summary>
    /// <param name="reason"><c>slow</c>, <c>closed</c> or <c>disconnected</c>.</param>
    public void MessagesDropped(string reason, long messages) => _dropped.Add(messages, new KeyValuePair<string, object?>("reason", reason));

    /// <param name="reason"><c>slow</c>, <c>window</c> or <c>upstream</c>.</param>
    public void GapsTold(string reason, long clients) => _gaps.Add(clients, new KeyValuePair<string, object?>("reason", reason));

    /// <param name="outcome"><c>recovered</c>, <c>gap</c> or <c>reset</c>.</param>
    public void ResumeAnswered(string outcome) => _resumes.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
