using WsFanout.Planning.Calibration;

namespace WsFanout.Planning.Plan;

/// <summary>When to add an instance, by the capacity plan's three triggers with the numbers of this machine, and how many a crowd needs.</summary>
/// <param name="CpuClients">Clients at which the CPU stands at <see cref="CpuTriggerPercent"/> at the target's rates.</param>
/// <param name="ConnectionClients"><see cref="ConnectionTriggerPercent"/> of <c>WS_MAX_CONNECTIONS</c>.</param>
/// <param name="RejectClients">Clients at which newcomers are refused for the CPU; null: that threshold is off.</param>
/// <param name="PerInstance">What an instance carries before the first trigger, and before memory, network or a limit ends it.</param>
/// <param name="Crowds">For the crowd that was asked for: as many as it needs, one fewer and one more.</param>
internal sealed record ScaleOut(long CpuClients, long ConnectionClients, long? RejectClients, long PerInstance, IReadOnlyList<CrowdRow> Crowds)
{
    /// <summary>The plan's first trigger: CPU above this for five minutes.</summary>
    public const double CpuTriggerPercent = 60;

    /// <summary>The plan's second: connections above this part of those that may be.</summary>
    public const double ConnectionTriggerPercent = 80;

    public static ScaleOut Of(PlanBasis basis)
    {
        var governor = basis.Governor;
        var byCpu = basis.Model.ClientsWithinCores(governor.CpuLimitCores * CpuTriggerPercent / 100, basis.RatePerClient, basis.Request.MessagesPerSecond);
        var byConnections = LoadModel.Whole(governor.MaxConnections * ConnectionTriggerPercent / 100);
        var reject = basis.Limits.FirstOrDefault(limit => limit.Key == "cpu_reject")?.Clients;
        var perInstance = Math.Min(Math.Min(byCpu, byConnections), basis.Binding.Clients);
        return new ScaleOut(byCpu, byConnections, reject, perInstance, [.. Spread(basis, perInstance)]);
    }

    private static IEnumerable<CrowdRow> Spread(PlanBasis basis, long perInstance)
    {
        if (basis.Request.Crowd is not { } crowd || perInstance == 0) yield break;

        var needed = (crowd + perInstance - 1) / perInstance;
        for (var instances = Math.Max(1, needed - 1); instances <= needed + 1; instances++)
        {
            var each = (crowd + instances - 1) / instances;
            var use = Utilisation.Of(basis, basis.Target with { Name = "crowd", Clients = each });
            yield return new CrowdRow(instances, each, use.CpuPercent, use.MemoryPercent, use.Outcome, instances == needed, instances * perInstance, instances * basis.Request.InstanceCost);
        }
    }
}
