namespace WsFanout.Governor.Meters;

/// <summary>Decides whether the accounting of a cgroup tells what this server uses of its limit. Once, at the start.</summary>
/// <remarks>
/// It does in two cases. The cgroup's own limit is the server's limit (or tighter): then its kernel-side consequences hit the server whoever
/// used it up, so everybody in it counts. Or nobody but this server lives in it. A limit of the server that is less than the cgroup's, with
/// others beside it (a shell and a build in a container for development), is a share granted to this process, and only the process itself
/// is held against it. The root of a hierarchy is the machine and never counts.
/// </remarks>
internal static class OwnCgroup
{
    /// <summary>A server's limit so little below the cgroup's is the same, rounded.</summary>
    private const double Rounding = 1.01;

    /// <param name="root">Directory that stands for <c>/</c>.</param>
    /// <param name="tightest">Cgroup with the tightest limit, and that limit; null without any.</param>
    /// <param name="accounts">Cgroups that account for what is limited, the process's own and its parents.</param>
    /// <param name="serverLimit">In the unit of <paramref name="tightest"/>.</param>
    /// <returns>Null: the process's accounting is the one to use.</returns>
    public static CgroupDirectory? Find(
        string root, (CgroupDirectory Directory, double Limit)? tightest, IReadOnlyList<CgroupDirectory> accounts, double serverLimit)
    {
        foreach (var account in accounts)
        {
            // Version 1 may have joined the limit's controller elsewhere than the accounting's: then the two say nothing of each other.
            var isLimited = tightest is var (directory, limit) && directory.Name == account.Name && directory.IsV2 == account.IsV2 && limit <= serverLimit * Rounding;
            if (isLimited && !account.IsMachine(root)) return account;
        }

        foreach (var account in accounts)
        {
            if (account.IsOwn && !account.IsMachine(root) && Tenants.AreOnlyOurs(root, account)) return account;
        }

        return null;
    }

    /// <summary>The cgroup with the tightest limit on the way up, the lower one of two alike; null without any.</summary>
    public static (CgroupDirectory Directory, double Limit)? Tightest(
        IEnumerable<CgroupDirectory> directories, Func<CgroupDirectory, (double Limit, string Source)?> limitOf)
    {
        (CgroupDirectory Directory, double Limit)? tightest = null;
        foreach (var directory in directories)
        {
            if (limitOf(directory) is var (limit, _) && (tightest is null || limit < tightest.Value.Limit)) tightest = (directory, limit);
        }

        return tightest;
    }
}
