namespace WsFanout.Telemetry;

/// <summary>A meter as its metrics show it.</summary>
/// <param name="Name"><c>cpu</c> or <c>memory</c>.</param>
/// <param name="Sources">Every source that it may read: of <c>cgroup_v2</c>, <c>cgroup_v1</c>, <c>process</c>.</param>
/// <param name="Source">The one that it reads now.</param>
/// <param name="Errors">Readings that could not be used.</param>
internal sealed record MeterFacts(string Name, IReadOnlyList<string> Sources, Func<string> Source, Func<long> Errors);
