namespace WsFanout.Planning.Plan;

/// <summary>A crowd on so many instances.</summary>
/// <param name="ClientsEach">Rounded up.</param>
/// <param name="IsEnough">The fewest instances that none of the triggers fires on.</param>
/// <param name="NextAt">Clients in all at which another one is due.</param>
/// <param name="CostPerMonth">Of all of them.</param>
internal sealed record CrowdRow(long Instances, long ClientsEach, double CpuPercent, double MemoryPercent, string Outcome, bool IsEnough, long NextAt, double CostPerMonth);
