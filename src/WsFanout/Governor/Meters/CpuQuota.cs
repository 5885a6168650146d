namespace WsFanout.Governor.Meters;

/// <summary>The CPU quota that binds this process now: the tightest of its cgroup's and its parents'. Whoever runs the container may change it while the server runs.</summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class CpuQuota
{
    private readonly (SmallFile Quota, SmallFile? Period)[] _files;

    /// <param name="root">Directory that stands for <c>/</c>.</param>
    public CpuQuota(string root) => _files = [.. CgroupPaths.Directories(root, "cpu").Select(directory => FilesOf(root, directory)).OfType<(SmallFile, SmallFile?)>()];

    /// <summary>Cores; infinite without a quota, and for what can't be read.</summary>
    public double Cores()
    {
        var tightest = double.PositiveInfinity;
        foreach (var (quota, period) in _files)
        {
            // Version 2 has both in one line, and a word for none; version 1 writes a negative number for none.
            var text = quota.Read();
            var granted = SmallFile.NumberAt(text);
            var of = period is null ? SmallFile.NumberAt(SmallFile.Word(text, 1)) : period.Number();
            if (granted > 0 && of > 0) tightest = Math.Min(tightest, granted.Value / (double)of.Value);
        }

        return tightest;
    }

    private static (SmallFile, SmallFile?)? FilesOf(string root, CgroupDirectory directory)
    {
        var quota = SmallFile.IfReadable(root, directory.Path + (directory.IsV2 ? "/cpu.max" : "/cpu.cfs_quota_us"));
        return quota is null ? null : (quota, directory.IsV2 ? null : new SmallFile(root, $"{directory.Path}/cpu.cfs_period_us"));
    }
}
