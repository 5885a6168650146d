using System.Text.Json;
using WsFanout.Governor;
using WsFanout.Governor.Entry;
using WsFanout.Intake;
using WsFanout.Telemetry;

namespace WsFanout.Hosting.Endpoints;

/// <summary>
/// <c>/health/live</c>: the process serves; overload and a lost broker are no reasons to be restarted. <c>/health/ready</c>: new clients
/// should be sent here. <c>/health</c>: everything, for people.
/// </summary>
internal sealed class HealthEndpoint(ServerState state, HealthFacts facts)
{
    /// <summary>A stream that is away for less is not worth moving clients for.</summary>
    private static readonly TimeSpan AwayGrace = TimeSpan.FromSeconds(10);

    public static Task LiveAsync(HttpContext context) => JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("live", true);
        json.WriteEndObject();
    });

    public Task ReadyAsync(HttpContext context)
    {
        var obstacle = Obstacle();
        return JsonAnswer.WriteAsync(context, obstacle is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("ready", obstacle is null);
            if (obstacle is var (reason, message))
            {
                json.WriteString("reason", reason);
                json.WriteString("message", message);
            }

            json.WriteEndObject();
        });
    }

    public Task AllAsync(HttpContext context) => JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, WriteAll);

    private (string Reason, string Message)? Obstacle()
    {
        var intake = state.Source.State;
        if (state.IsDraining) return ("draining", "the server has been told to stop");
        if (facts.Governor.Refusal is { } refusal) return ("rejecting", $"{refusal.Word}: {refusal.Message}");
        if (!intake.EverAttached) return ("starting", $"not attached to the stream yet: {intake.Detail}");
        if (intake.IsRefilling) return ("history_not_continuous", $"another stream was met, and what it holds of the replay window has not been read yet: {intake.Detail}");
        return !intake.Attached && AwayFor(intake) > AwayGrace ? ("stream_away", $"{intake.Reason}: {intake.Detail}") : null;
    }

    private TimeSpan AwayFor(IntakeState intake) => state.Time.GetElapsedTime(intake.Since);

    private void WriteAll(Utf8JsonWriter json)
    {
        var intake = state.Source.State;
        var isFull = facts.Slots.Taken >= facts.Slots.Max;
        json.WriteStartObject();
        var governor = facts.Governor.State;
        var isStarved = governor == GovernorState.Paused || !intake.EverAttached || (!intake.Attached && AwayFor(intake) > AwayGrace);
        var headroom = state.Source.HeadroomSeconds;
        var isLosing = headroom <= 0;
        var isWell = intake.Attached && !isLosing && !state.IsDraining && !isFull && governor == GovernorState.Normal;
        json.WriteString("status", isStarved ? "unhealthy" : isWell ? "healthy" : "degraded");
        json.WriteString("state", GovernorMetrics.States[(int)governor]);
        json.WriteNumber("state_seconds", Math.Round(state.Time.GetElapsedTime(facts.Governor.Since).TotalSeconds, 1));
        json.WriteString("version", facts.Version);
        json.WriteString("started_at", facts.StartedAt.UtcDateTime);
        json.WriteNumber("uptime_seconds", Math.Round(state.Time.GetElapsedTime(state.StartedAt).TotalSeconds, 1));
        json.WriteStartObject("checks");
        WriteNats(json, intake);
        Check(json, "capacity", !isFull, isFull ? "max_connections" : null, () =>
        {
            json.WriteNumber("connections", facts.Slots.Taken);
            json.WriteNumber("max_connections", facts.Slots.Max);
        });
        var refused = facts.Governor.Refusal;
        Check(json, "cpu", refused != Refusal.Cpu && refused != Refusal.Lag, refused?.Word, () =>
        {
            json.WriteNumber("percent", Math.Round(facts.Meters.Cpu.Percent, 1));
            json.WriteNumber("limit_cores", facts.Meters.Cpu.LimitCores);
            json.WriteString("source", facts.Meters.Cpu.Source.Text);
        });
        Check(json, "memory", refused != Refusal.Memory, refused?.Word, () =>
        {
            json.WriteNumber("bytes", facts.Meters.Memory.Bytes);
            json.WriteNumber("limit_bytes", facts.Limits.MemoryLimitBytes);
            json.WriteNumber("heap_bytes", facts.Meters.Memory.HeapBytes);
            json.WriteNumber("heap_limit_bytes", HeapLimit.Bytes());
            json.WriteNumber("percent", Math.Round(facts.Meters.Memory.Percent, 1));
            json.WriteString("source", facts.Meters.Memory.Source.Text);
        });
        var isPaused = governor == GovernorState.Paused;
        Check(json, "intake", intake.Attached && !isPaused && !isLosing, isPaused ? "paused" : intake.Reason ?? "losing", () =>
        {
            json.WriteBoolean("catching_up", facts.Governor.Budget.IsCatchingUp);
            json.WriteNumber("lag_messages", state.Source.UnreadMessages);
            if (double.IsFinite(headroom)) json.WriteNumber("headroom_seconds", Math.Round(headroom, 1));
            var position = facts.Ledger.Position;
            json.WriteString("epoch", position.Epoch);
            json.WriteNumber("seq", position.Sequence);
            json.WriteNumber("queue_depth", facts.Ring.Depth);
            json.WriteNumber("queue_capacity", facts.Ring.Capacity);
        });
        json.WriteEndObject();
        json.WriteStartObject("limits");
        json.WriteNumber("connections", facts.Slots.Max);
        json.WriteNumber("cpu_cores", facts.Meters.Cpu.LimitCores);
        json.WriteNumber("memory_bytes", facts.Limits.MemoryLimitBytes);
        json.WriteNumber("cpu_reject_percent", facts.Limits.CpuRejectPercent);
        json.WriteNumber("cpu_pause_percent", facts.Limits.CpuPausePercent);
        json.WriteNumber("memory_reject_percent", facts.Limits.MemoryRejectPercent);
        json.WriteNumber("memory_pause_percent", facts.Limits.MemoryPausePercent);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteNats(Utf8JsonWriter json, IntakeState intake) => Check(json, "nats", intake.Attached, intake.Reason, () =>
    {
        json.WriteString("source", facts.HasBroker ? "jetstream" : "built-in");
        if (intake.Detail is not null) json.WriteString("detail", intake.Detail);
        json.WriteNumber(intake.Attached ? "attached_seconds" : "away_seconds", Math.Round(AwayFor(intake).TotalSeconds, 1));
    });

    private static void Check(Utf8JsonWriter json, string name, bool isWell, string? reason, Action details)
    {
        json.WriteStartObject(name);
        json.WriteString("status", isWell ? "healthy" : "degraded");
        if (!isWell && reason is not null) json.WriteString("reason", reason);
        details();
        json.WriteEndObject();
    }
}
