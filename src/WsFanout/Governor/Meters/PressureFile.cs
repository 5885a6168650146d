using System.Buffers.Text;

namespace WsFanout.Governor.Meters;

/// <summary>The kernel's account of how often something waited for a resource (PSI).</summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class PressureFile
{
    private static ReadOnlySpan<byte> Start => "some avg10="u8;

    private readonly SmallFile? _file;

    /// <param name="root">Directory that stands for <c>/</c>.</param>
    /// <param name="resource"><c>cpu</c> or <c>memory</c>: of the own cgroup in version 2, else of the machine.</param>
    public PressureFile(string root, string resource)
    {
        var own = CgroupPaths.Directories(root, resource).Where(directory => directory.IsV2 && directory.IsOwn && !directory.IsMachine(root));
        _file = own.Select(directory => SmallFile.IfReadable(root, $"{directory.Path}/{resource}.pressure")).FirstOrDefault(file => file is not null)
            ?? SmallFile.IfReadable(root, $"/proc/pressure/{resource}");
    }

    /// <summary>Percent of the last 10 s in which something waited; not a number where the system doesn't tell.</summary>
    public double Percent()
    {
        var text = _file is null ? [] : _file.Read();
        return text.StartsWith(Start) && Utf8Parser.TryParse(text[Start.Length..], out double percent, out _) && percent >= 0 ? percent : double.NaN;
    }
}
