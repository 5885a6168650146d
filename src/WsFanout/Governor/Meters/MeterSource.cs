namespace WsFanout.Governor.Meters;

/// <summary>Whose accounting a meter reads.</summary>
/// <param name="Label">From a closed set, for a metric.</param>
/// <param name="Text">For people: with the directory.</param>
internal sealed record MeterSource(string Label, string Text)
{
    /// <summary>The process's own accounting: always there, knows of nobody else.</summary>
    public static MeterSource Process { get; } = new("process", "process");

    public static MeterSource Of(CgroupDirectory directory) =>
        directory.IsV2 ? new("cgroup_v2", $"cgroup v2 {directory.Path}") : new("cgroup_v1", $"cgroup v1 {directory.Path}");
}
