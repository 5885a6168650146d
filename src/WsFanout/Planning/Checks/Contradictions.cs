using System.Globalization;
using WsFanout.Hosting.Settings.Catalogue;
using WsFanout.Planning.Calibration;
using WsFanout.Planning.Plan;

namespace WsFanout.Planning.Checks;

/// <summary>Settings that the server takes and that do not fit each other or the load: one sentence each, with the numbers.</summary>
internal static class Contradictions
{
    /// <summary>What was given and can't all be true at once: the plan then ends with a code that says so.</summary>
    public static IEnumerable<string> Of(PlanBasis basis)
    {
        if (basis.Given.IsGiven(CapacitySettings.MaxConnections))
        {
            foreach (var sentence in ReachedBefore(basis)) yield return sentence;
        }

        foreach (var sentence in Rates(basis).Concat(NoRoom(basis)).Concat(AboveTheMachine(basis))) yield return sentence;

        var clients = basis.Settings.Clients;
        if (basis.Request.Subscriptions is { } subscriptions && subscriptions > clients.MaxChannels)
        {
            yield return Text($"--subscriptions {subscriptions}: WS_MAX_CHANNELS_PER_CLIENT is {clients.MaxChannels}; what is beyond is refused.");
        }

        if (basis.Request.Channels > basis.Settings.History.MaxChannels)
        {
            yield return Text($"--channels {basis.Request.Channels}: WS_MAX_CHANNELS_HELD is {basis.Settings.History.MaxChannels}; the channels longest silent are forgotten.");
        }

        if (basis.MessageBytes > basis.Settings.Publish.MaxBytes)
        {
            yield return Text($"--message-size {basis.MessageBytes}: WS_PUBLISH_MAX_BYTES is {basis.Settings.Publish.MaxBytes}; such a publish is answered with 413.");
        }
    }

    /// <summary>What is worth a second thought and no contradiction: what the server itself would say at its start, and where the calibration does not fit.</summary>
    public static IEnumerable<string> Warnings(PlanBasis basis)
    {
        var result = basis.Given.Result;
        foreach (var note in result.Notes) yield return note;

        if (!basis.Given.IsGiven(CapacitySettings.MaxConnections))
        {
            foreach (var sentence in ReachedBefore(basis)) yield return sentence;
        }

        var transport = basis.Settings.Host.IsDirect ? "direct" : "stream";
        var calibration = basis.Model.Calibration;
        if (calibration.Transport != transport) yield return $"The costs are those of the {calibration.Transport} way; with these settings clients come by the {transport} way, which costs other than that.";
        if (calibration.Costs.SecondsPerMessage == 0) yield return $"By {calibration.Name} a message costs nothing until it is delivered: the intake is in no figure of the CPU, and a plan with many messages and few clients is too good.";
        if (calibration.Link == "loopback") yield return "The costs are those over loopback, where the server is billed for its clients' side of TCP too: over a network it is less.";
        if (basis.MessageBytes > 2 * calibration.PayloadBytes || basis.MessageBytes * 2 < calibration.PayloadBytes)
        {
            yield return Text($"The costs are those of {calibration.PayloadBytes} bytes a message; with {basis.MessageBytes} a delivery costs other than {calibration.Costs.SecondsPerDelivery * 1e6:0.##} µs.");
        }
    }

    // The capacity plan's 10,000 clients with a threshold that is reached at 6,750.
    private static IEnumerable<string> ReachedBefore(PlanBasis basis)
    {
        var connections = basis.Governor.MaxConnections;
        foreach (var limit in basis.Limits)
        {
            var threshold = limit.Key switch
            {
                "cpu_reject" => Text($"WS_CPU_REJECT_THRESHOLD={basis.Governor.CpuRejectPercent:0.##}"),
                "cpu_pause" => Text($"WS_CPU_PAUSE_THRESHOLD={basis.Governor.CpuPausePercent:0.##}"),
                "memory_reject" => Text($"WS_MEMORY_REJECT_PERCENT={basis.Governor.MemoryRejectPercent:0.##}"),
                "network" => "the bandwidth",
                "broadcast_rate" => Text($"WS_MAX_BROADCAST_RATE={basis.Governor.MaxDeliveriesPerSecond:0.###}"),
                _ => null,
            };
            if (threshold is not null && limit.Clients < connections)
            {
                yield return Text($"{threshold} is reached at {limit.Clients} clients ({basis.RatePerClient:0.###} messages/s each), before WS_MAX_CONNECTIONS={connections}: {limit.Formula}.");
            }
        }
    }

    private static IEnumerable<string> NoRoom(PlanBasis basis)
    {
        if (basis.Target.Clients == 0)
        {
            yield return Text($"Not one client fits, so there is nothing to plan for: {basis.Decisive.Name}, {basis.Decisive.Formula}.");
        }

        if (basis.Request.Crowd is { } crowd && ScaleOut.Of(basis) is { PerInstance: 0 } scale)
        {
            var (name, formula) = scale.CpuClients == 0 ? (Text($"CPU below {ScaleOut.CpuTriggerPercent:0} %, trigger 1"), ClientLimits.CpuFormula(basis, ScaleOut.CpuTriggerPercent))
                : scale.ConnectionClients == 0 ? (Text($"connections below {ScaleOut.ConnectionTriggerPercent:0} %, trigger 2"), Text($"WS_MAX_CONNECTIONS={basis.Governor.MaxConnections}"))
                : (basis.Binding.Name, basis.Binding.Formula);
            yield return Text($"--crowd {crowd}: no number of instances is enough, because one carries no client: {name}, {formula}.");
        }
    }

    // The machine of a plan is a statement, not what happens to be there: limits above it would be reckoned with and never reached.
    private static IEnumerable<string> AboveTheMachine(PlanBasis basis)
    {
        var machine = basis.Given.Machine;
        var cores = Math.Min(machine.Cores, machine.Container.CpuCores ?? machine.Cores);
        if (LoadModel.IsAbove(basis.Governor.CpuLimitCores, cores))
        {
            yield return Text($"WS_CPU_LIMIT={basis.Governor.CpuLimitCores:0.###}: the machine has {cores:0.###} cores; what is worked out from more is never reached.");
        }

        var memory = Math.Min(machine.PhysicalMemoryBytes, machine.Container.MemoryBytes ?? long.MaxValue);
        if (basis.Governor.MemoryLimitBytes > memory)
        {
            yield return Text($"WS_MEMORY_LIMIT={LoadModel.Size(basis.Governor.MemoryLimitBytes)}: the machine has {LoadModel.Size(memory)}; what is worked out from more is never there.");
        }
    }

    private static IEnumerable<string> Rates(PlanBasis basis)
    {
        var published = basis.Request.MessagesPerSecond;
        if (basis.Governor.MaxMessagesPerSecond is var most and > 0 && most < published)
        {
            yield return Text($"WS_MAX_NATS_RATE={most:0.###}: {published:0.###} messages/s are published; the server falls behind by {published - most:0.###}/s for good.");
        }

        if (basis.RatePerClient > published)
        {
            yield return Text($"Each client is to get {basis.RatePerClient:0.###} messages/s, and only {published:0.###}/s are published (--rate): nobody gets more than there is.");
        }

        foreach (var one in basis.Request.Users?.Classes ?? [])
        {
            if (one.High > published && basis.RatePerClient <= published)
            {
                yield return Text($"Users '{one.Name}' are to get up to {one.High:0.###} messages/s, and only {published:0.###}/s are published (--rate): nobody gets more than there is.");
            }
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
