using System.Globalization;
using WsFanout.Hosting.Settings.Derivation;
using WsFanout.Planning.Plan;

namespace WsFanout.Planning.Checks;

/// <summary>The rules that the capacity plan itself states or relies on (<c>plan</c>), and those that this server adds to them (<c>ours</c>), for the load that was asked for.</summary>
internal static class OwnChecks
{
    private const string Plan = "plan";

    /// <summary>Of this server: the capacity plan has no such rule.</summary>
    private const string Ours = "ours";

    private const double Mega = 1 << 20;
    private const double Gap = 5;

    /// <summary>What the stream keeps beside a payload: subject, header, time.</summary>
    private const int StoredBeside = 100;

    /// <summary>What the history counts for a message beside its frame.</summary>
    private const int HeldBeside = 128;

    public static IEnumerable<Check> Of(PlanBasis basis)
    {
        var governor = basis.Governor;
        var target = Utilisation.Of(basis, basis.Target);
        yield return new Check("clients", Plan, "clients of the target load ≤ WS_MAX_CONNECTIONS", basis.Target.Clients, Relation.AtMost, governor.MaxConnections, "clients");
        yield return new Check("cpu_target", Plan, "CPU at target load ≤ target utilisation", target.CpuPercent, Relation.AtMost, basis.TargetUtilisation, "%");
        yield return new Check("cpu_reject", Plan, "CPU at target load ≤ WS_CPU_REJECT_THRESHOLD", target.CpuPercent, Relation.AtMost, governor.CpuRejectPercent, "%");
        yield return new Check("memory_target", Plan, "memory at target load ≤ WS_MEMORY_REJECT_PERCENT", target.MemoryPercent, Relation.AtMost, governor.MemoryRejectPercent, "%");
        yield return new Check("network_target", Ours, "network at target load ≤ target utilisation", target.NetworkPercent, Relation.AtMost, basis.TargetUtilisation, "%");
        yield return new Check("network_peak", Ours, "network at peak load ≤ target utilisation", target.NetworkPercent * Utilisation.PeakFactor, Relation.AtMost, basis.TargetUtilisation, "%");
        yield return new Check(
            "tasks", Plan, "WS_MAX_GOROUTINES ≥ (2 × WS_MAX_CONNECTIONS + workers + 20) × 1.2",
            governor.MaxTasks, Relation.AtLeast, CapacityFormulas.MaxTasks(governor.MaxConnections, basis.Workers).Value, "units");
        yield return new Check(
            "queue", Plan, "WS_WORKER_QUEUE_SIZE ≥ max(32, WS_MAX_CONNECTIONS / 40) × 100",
            basis.Settings.Fanout.RingMessages, Relation.AtLeast, CapacityFormulas.QueueSize(governor.MaxConnections).Value, "messages");
        yield return new Check(
            "threshold_gap", Plan, "WS_CPU_PAUSE_THRESHOLD ≥ WS_CPU_REJECT_THRESHOLD + 5, at most 100",
            governor.CpuPausePercent, Relation.AtLeast, Math.Min(100, governor.CpuRejectPercent + Gap), "%");
        yield return SendQueue(basis);
        foreach (var check in Stream(basis)) yield return check;
        yield return new Check(
            "history", Ours, "WS_REPLAY_MAX_BYTES ≥ messages of WS_REPLAY_MAX_AGE at peak",
            basis.Settings.History.MaxBytes / Mega, Relation.AtLeast,
            Peak(basis) * basis.Settings.History.MaxAge.TotalSeconds * (basis.FrameBytes + HeldBeside) / Mega, "MB");
    }

    private static double Peak(PlanBasis basis) => basis.Request.MessagesPerSecond * Utilisation.PeakFactor;

    private static Check SendQueue(PlanBasis basis)
    {
        var clients = basis.Settings.Clients;
        var busiest = basis.Request is { Users: { } mix, ClientRate: null } ? mix.Classes.Max(one => one.High) : basis.RatePerClient;
        return new Check(
            "send_queue", Ours, Text($"WS_SEND_QUEUE_SIZE and _BYTES hold a second of the busiest client at peak ({busiest:0.###}/s × 2)"),
            Math.Min(clients.SendQueueMessages, clients.SendQueueBytes / basis.FrameBytes), Relation.AtLeast, busiest * Utilisation.PeakFactor, "messages");
    }

    /// <summary>A limit of 0 is none, so there is nothing to check.</summary>
    private static IEnumerable<Check> Stream(PlanBasis basis)
    {
        var stream = basis.Settings.Stream;
        if (stream.StreamMaxAge == TimeSpan.Zero) yield break;

        var messages = Peak(basis) * stream.StreamMaxAge.TotalSeconds;
        if (stream.StreamMaxMessages > 0)
        {
            yield return new Check("stream_messages", Plan, "JS_STREAM_MAX_MSGS ≥ messages of JS_STREAM_MAX_AGE at peak", stream.StreamMaxMessages, Relation.AtLeast, messages, "messages");
        }

        if (stream.StreamMaxBytes > 0)
        {
            yield return new Check(
                "stream_bytes", Plan, "JS_STREAM_MAX_BYTES ≥ the same in bytes",
                stream.StreamMaxBytes / Mega, Relation.AtLeast, messages * (basis.MessageBytes + StoredBeside) / Mega, "MB");
        }

        yield return new Check(
            "replay_age", Ours, "WS_REPLAY_MAX_AGE ≤ JS_STREAM_MAX_AGE: a server that starts fills its history from the stream",
            basis.Settings.History.MaxAge.TotalSeconds, Relation.AtMost, stream.StreamMaxAge.TotalSeconds, "s");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
