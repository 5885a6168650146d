namespace WsFanout.Governor.Meters;

/// <summary>A cgroup that this process is in, or a parent of one.</summary>
/// <param name="Path">Where it is mounted.</param>
/// <param name="Name">Its path in its hierarchy; that of a limit and of an accounting are the same where version 1 joined both controllers alike.</param>
/// <param name="IsV2">Version 2, where one hierarchy has all controllers.</param>
/// <param name="IsOwn">The one that the process itself is in, as far as can be seen from here; its parents are not.</param>
internal readonly record struct CgroupDirectory(string Path, string Name, bool IsV2, bool IsOwn)
{
    /// <summary>Whether this is the whole machine: the root of the hierarchy itself, not a container's view of it.</summary>
    /// <param name="root">Directory that stands for <c>/</c>.</param>
    public bool IsMachine(string root) =>
        // Files that the kernel makes in the real root only (version 1) or everywhere else (version 2), whatever a namespace calls the directory.
        IsV2 ? !File.Exists(CgroupPaths.In(root, $"{Path}/cgroup.type")) : File.Exists(CgroupPaths.In(root, $"{Path}/release_agent"));
}
