namespace WsFanout.Intake;

/// <summary>What became of a message that was published.</summary>
/// <param name="Outcome">One of <see cref="Telemetry.PublishMetrics.Outcomes"/>.</param>
/// <param name="Sequence">Its sequence number in the stream, when it was stored.</param>
/// <param name="Problem">Why it was not, in a sentence.</param>
internal sealed record PublishResult(string Outcome, long Sequence, string? Problem)
{
    public const string UnknownOutcome = "unknown";

    /// <summary>When the stream was given it; 0: at once, or not known. Ticks.</summary>
    public long HandedOnAt { get; init; }

    public static PublishResult Stored(long sequence) => new("stored", sequence, null);

    /// <summary>The stream was given the message, and what it made of it never came back.</summary>
    public static PublishResult Unknown() => new(
        UnknownOutcome, 0, "the stream's answer was lost or did not come in time (WS_PUBLISH_TIMEOUT): the message may have been stored, published again it may be stored twice");

    public static PublishResult Aborted() => new("aborted", 0, "the client went away");

    public static PublishResult Refused(string outcome, string problem) => new(outcome, 0, problem);
}
