using System.Globalization;

namespace WsFanout.Planning.SystemCheck.Machine;

/// <summary>The machine as it can be seen from here, and what is asked of it.</summary>
internal sealed record MachineView(FactFiles Files, Needs Needs)
{
    /// <summary>Cores that the process may run on.</summary>
    public required int Cores { get; init; }

    /// <summary>Unit of <c>tcp_mem</c>. Bytes.</summary>
    public int PageBytes { get; init; } = Environment.SystemPageSize;

    /// <summary>Asks the kernel how good its clock is.</summary>
    public required Func<KernelClock?> ReadClock { get; init; }

    public static Finding Finding(string name, Verdict verdict) => new(Groups.Machine, name, verdict);

    /// <summary>What can't be found out, and why.</summary>
    public static Finding Unknown(string name, string? whyNot, string? needed = null) => Finding(name, Verdict.Unknown) with { Needed = needed, Detail = $"Not known: {whyNot}." };

    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    public static string Megabytes(long bytes) => Text($"{bytes >> 20}MB");
}
