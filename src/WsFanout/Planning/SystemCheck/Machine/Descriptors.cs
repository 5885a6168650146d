using WsFanout.Governor.Meters;
using WsFanout.Hosting.Settings.Derivation;
using static WsFanout.Planning.SystemCheck.Machine.MachineView;

namespace WsFanout.Planning.SystemCheck.Machine;

/// <summary>Descriptors: one for each client, some for the process; of the process and of the whole machine.</summary>
internal static class Descriptors
{
    private const string Limits = "/proc/self/limits";

    public static IEnumerable<Finding> Look(MachineView view) => [OfProcess(view), OfMachine(view)];

    private static Finding OfProcess(MachineView view)
    {
        var needs = view.Needs;
        var needed = Text($"{needs.Descriptors} ({needs.Clients} clients and {CapacityFormulas.DescriptorReserve} in reserve)");
        var limit = view.Files.Line(Limits, "Max open files").Then(words => LimitOf(words.FirstOrDefault()));
        if (!limit.IsKnown) return Unknown("nofile", limit.WhyNot, needed);
        var finding = Finding("nofile", Verdict.Ok) with { Needed = needed, Found = limit.Value == long.MaxValue ? "unlimited" : Text($"{limit.Value}") };
        if (limit.Value >= needs.Descriptors) return finding;
        return finding with { Verdict = Verdict.Error, Detail = "A client that there is no descriptor for can't be accepted.", Cure = Cures.NoFile(Rounded(needs.Descriptors)) };
    }

    private static Finding OfMachine(MachineView view)
    {
        var needed = Text($"{view.Needs.Descriptors} free");
        var counts = view.Files.Numbers("/proc/sys/fs/file-nr", 3);
        if (!counts.IsKnown) return Unknown("file_max", counts.WhyNot, needed);
        var (used, most) = (counts.Value[0], counts.Value[2]);
        var finding = Finding("file_max", Verdict.Ok) with { Needed = needed, Found = Text($"{most - used} free, {used} of {most} in use") };
        if (most - used >= view.Needs.Descriptors) return finding;
        return finding with
        {
            Verdict = Verdict.Warning,
            Detail = "The whole machine may run out of open files before this process does.",
            Cure = Cures.Sysctl(view.Files, "fs.file-max", Text($"{used + (2 * view.Needs.Descriptors)}"), isOfNamespace: false),
        };
    }

    private static Fact<long> LimitOf(string? word) => word == "unlimited" ? new(long.MaxValue, null)
        : CgroupPaths.Number(word) is { } number and >= 0 ? new(number, null)
        : new(0, $"{Limits} has no number of open files");

    // The next power of two: what people write, and room for the next change.
    private static long Rounded(long count) => (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)count);
}
