namespace WsFanout.Governor.Meters;

/// <summary>Memory that the server's cgroup uses, as its limit counts it but for what the kernel gives back at need.</summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class CgroupMemory
{
    private readonly bool _isV2;
    private readonly SmallFile _usage;
    private readonly SmallFile _stat;
    private readonly SmallFile? _sockets;

    private CgroupMemory(string root, CgroupDirectory directory)
    {
        _isV2 = directory.IsV2;
        _usage = UsageOf(root, directory);
        _stat = new SmallFile(root, $"{directory.Path}/memory.stat");
        Source = MeterSource.Of(directory);

        // Version 1 counts sockets only under a limit of their own; without one the file says 0 whatever there is.
        var hasSockets = !_isV2 && CgroupPaths.Number(CgroupPaths.Line(root, $"{directory.Path}/memory.kmem.tcp.limit_in_bytes")) < ContainerLimits.NoLimitV1;
        _sockets = hasSockets ? new SmallFile(root, $"{directory.Path}/memory.kmem.tcp.usage_in_bytes") : null;
    }

    public MeterSource Source { get; }

    /// <summary>The cgroup whose accounting tells what the server uses of its limit; null when that is the process alone.</summary>
    /// <param name="root">Directory that stands for <c>/</c>.</param>
    /// <param name="limitBytes">Bytes this server may use.</param>
    public static CgroupMemory? Find(string root, long limitBytes)
    {
        var directories = CgroupPaths.Directories(root, "memory").ToArray();
        var tightest = OwnCgroup.Tightest(directories, directory => ContainerLimits.MemoryOf(root, directory.Path));
        var accounts = directories.Where(directory => UsageOf(root, directory).Number() is not null).ToArray();
        return OwnCgroup.Find(root, tightest, accounts, limitBytes) is { } own ? new CgroupMemory(root, own) : null;
    }

    /// <summary>Takes a reading.</summary>
    /// <param name="sockets">Of it, or in version 1 beside it, kernel memory of sockets; null when the cgroup doesn't tell.</param>
    /// <returns>Bytes without the file cache that nobody has used lately, which is the first to be given back; null when it can't be read.</returns>
    public long? Read(out long? sockets)
    {
        sockets = _sockets?.Number();
        if (_usage.Number() is not { } usage) return null;

        var stat = _stat.Read();
        if (_isV2) sockets = SmallFile.Field(stat, "sock"u8);
        return SmallFile.Field(stat, _isV2 ? "inactive_file"u8 : "total_inactive_file"u8) is { } reclaimable ? Math.Max(0, usage - reclaimable) : null;
    }

    private static SmallFile UsageOf(string root, CgroupDirectory directory) =>
        new(root, directory.Path + (directory.IsV2 ? "/memory.current" : "/memory.usage_in_bytes"));
}
