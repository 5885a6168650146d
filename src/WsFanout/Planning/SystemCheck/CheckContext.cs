using WsFanout.Hosting.Settings;
using WsFanout.Planning.SystemCheck.Machine;

namespace WsFanout.Planning.SystemCheck;

/// <summary>What the check takes from its surroundings.</summary>
internal sealed record CheckContext
{
    /// <summary>As the server would have them.</summary>
    public required SettingsResult Settings { get; init; }

    public required string Version { get; init; }

    /// <summary>Directory that stands for <c>/</c> where facts of the machine are read.</summary>
    public string Root { get; init; } = "/";

    /// <summary>Cores that the process may run on.</summary>
    public int Cores { get; init; } = Environment.ProcessorCount;

    /// <summary>Asks the kernel how good its clock is.</summary>
    public Func<KernelClock?> ReadClock { get; init; } = KernelClock.Read;

    /// <summary>Whether the text is for a terminal.</summary>
    public bool HasColours { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
