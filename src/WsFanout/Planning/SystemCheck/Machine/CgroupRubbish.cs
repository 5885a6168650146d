using WsFanout.Governor.Meters;

namespace WsFanout.Planning.SystemCheck.Machine;

/// <summary>Limits of cgroups that are written and can't be understood. The server takes them for none; to know is something else.</summary>
internal static class CgroupRubbish
{
    /// <param name="root">Directory that stands for <c>/</c>.</param>
    /// <param name="controller">As version 1 lists it.</param>
    /// <param name="names">Its files of limits, of both versions.</param>
    /// <returns>Why the limit is not known; null when it is.</returns>
    public static string? Find(string root, string controller, params ReadOnlySpan<string> names)
    {
        foreach (var directory in CgroupPaths.Of(root, controller))
        {
            foreach (var name in names)
            {
                var file = Path.Combine(directory, name);
                if (!Path.Exists(CgroupPaths.In(root, file))) continue;
                var word = CgroupPaths.Line(root, file)?.Split(' ')[0];
                if (word != "max" && CgroupPaths.Number(word) is null) return $"{file} holds no limit that can be understood";
            }
        }

        return null;
    }
}
