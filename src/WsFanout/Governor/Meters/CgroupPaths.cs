using System.Globalization;

namespace WsFanout.Governor.Meters;

/// <summary>Finds the directories of the cgroups that this process is in, inside containers and namespaces too.</summary>
internal static class CgroupPaths
{
    /// <summary>
    /// Directories of a controller, the process's own first, then each parent up to the root of the mount.
    /// Where the own path is not visible, as with a host's path inside a container, only the mount's root.
    /// </summary>
    /// <param name="root">Directory that stands for <c>/</c>.</param>
    /// <param name="controller">Name as version 1 lists it: <c>cpu</c>, <c>memory</c>.</param>
    public static IEnumerable<string> Of(string root, string controller) => Directories(root, controller).Select(directory => directory.Path);

    /// <summary>The same with what is known of each; those of version 2 for any controller, since one hierarchy has them all.</summary>
    /// <inheritdoc cref="Of"/>
    public static IEnumerable<CgroupDirectory> Directories(string root, string controller)
    {
        var memberships = Lines(root, "/proc/self/cgroup");
        foreach (var mount in Lines(root, "/proc/self/mountinfo"))
        {
            if (MountOf(mount, controller) is not var (mountRoot, mountPoint, isV2) || Membership(memberships, isV2 ? null : controller) is not { } path)
            {
                continue;
            }

            var isOwn = true;
            foreach (var relative in Upwards(root, mountPoint, RelativeTo(mountRoot, path)))
            {
                yield return new CgroupDirectory(Joined(mountPoint, relative), Joined(mountRoot.TrimEnd('/'), relative), isV2, isOwn);
                isOwn = false;
            }
        }
    }

    /// <summary>First line of a file, or null when it cannot be read.</summary>
    public static string? Line(string root, string path) => Lines(root, path) is [var first, ..] ? first.Trim() : null;

    /// <summary>A whole number, or null for anything else: <c>max</c>, nothing, rubbish.</summary>
    public static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Where a path is under the directory that stands for <c>/</c>.</summary>
    public static string In(string root, string path) => Path.Combine(root, path.TrimStart('/'));

    private static IEnumerable<string> Upwards(string root, string mountPoint, string relative)
    {
        if (relative.Length > 0 && !Directory.Exists(In(root, $"{mountPoint}/{relative}")))
        {
            // Not our view of the tree: a limit of some directory in between would be a stranger's.
            relative = "";
        }

        while (relative.Length > 0)
        {
            yield return relative;
            var slash = relative.LastIndexOf('/');
            relative = slash < 0 ? "" : relative[..slash];
        }

        yield return "";
    }

    private static string Joined(string directory, string relative) => relative.Length == 0 ? directory : $"{directory}/{relative}";

    // "36 35 98:0 /root /mount/point options [optional…] - type source superoptions"
    private static (string Root, string Point, bool IsV2)? MountOf(string line, string controller)
    {
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var dash = Array.IndexOf(fields, "-");
        if (dash < 5 || fields.Length < dash + 4)
        {
            return null;
        }

        var isV2 = fields[dash + 1] == "cgroup2";
        var isV1 = fields[dash + 1] == "cgroup" && fields[dash + 3].Split(',').Contains(controller);
        return isV1 || isV2 ? (Unescape(fields[3]), Unescape(fields[4]), isV2) : null;
    }

    // "4:cpu,cpuacct:/path" in version 1, "0::/path" in version 2.
    private static string? Membership(IReadOnlyList<string> lines, string? controller)
    {
        foreach (var line in lines)
        {
            if (line.Split(':', 3) is [var hierarchy, var controllers, var path]
                && (controller is null ? hierarchy == "0" && controllers.Length == 0 : controllers.Split(',').Contains(controller)))
            {
                return path;
            }
        }

        return null;
    }

    // A bind mount shows a part of the tree: its root is taken off the path.
    private static string RelativeTo(string mountRoot, string path)
    {
        var prefix = mountRoot.TrimEnd('/');
        var isBeneath = path == prefix || path.StartsWith(prefix + "/", StringComparison.Ordinal);
        var relative = isBeneath ? path[prefix.Length..].Trim('/') : "";
        return relative.Split('/').Contains("..") ? "" : relative;
    }

    private static string[] Lines(string root, string path)
    {
        try
        {
            return File.ReadAllLines(In(root, path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Unescape(string field) =>
        field.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal);
}
