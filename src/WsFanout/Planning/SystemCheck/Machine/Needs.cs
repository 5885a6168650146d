using System.Globalization;
using WsFanout.Hosting.Settings;
using WsFanout.Hosting.Settings.Catalogue;
using WsFanout.Hosting.Settings.Derivation;
using WsFanout.Hosting.Settings.Grammars;

namespace WsFanout.Planning.SystemCheck.Machine;

/// <summary>What the settings ask of the machine.</summary>
internal sealed record Needs
{
    /// <summary>Threads beside the workers: those of the runtime, its pool, timers and the listeners. 17 in all were counted on two cores; the pool may add some.</summary>
    private const int OtherThreads = 64;

    public required long Clients { get; init; }

    /// <summary>Clients and what the process needs beside them.</summary>
    public required long Descriptors { get; init; }

    /// <summary>As asked for, before the kernel cuts it.</summary>
    public required long Backlog { get; init; }

    /// <summary>New clients a second that are let in, or that the CPU affords where no rate is set.</summary>
    public required double ConnectsPerSecond { get; init; }

    public required double CpuCores { get; init; }

    public required long MemoryLimitBytes { get; init; }

    /// <summary>Part of it at which clients are sent away.</summary>
    public required double MemoryShedPercent { get; init; }

    /// <summary>Bytes for so many clients and the server itself.</summary>
    public required long ClientMemoryBytes { get; init; }

    public required long Threads { get; init; }

    /// <summary>Ports that are listened on; without those that the system chooses.</summary>
    public required IReadOnlyList<int> Ports { get; init; }

    /// <summary>Whether a wrong clock refuses good clients: tokens and certificates are valid for a time.</summary>
    public required bool ComparesTimes { get; init; }

    /// <param name="settings">Sound ones.</param>
    /// <param name="effective">The same, as they were read.</param>
    public static Needs Of(ServerSettings settings, IReadOnlyList<EffectiveSetting> effective)
    {
        var (governor, host) = (settings.Governor, settings.Host);
        var asked = effective.First(setting => setting.Name == CapacitySettings.ListenBacklog.Name).Value;
        return new Needs
        {
            Clients = governor.MaxConnections,
            Descriptors = governor.MaxConnections + CapacityFormulas.DescriptorReserve,
            Backlog = long.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var backlog) ? backlog : host.ListenBacklog,
            ConnectsPerSecond = double.IsFinite(settings.Entry.PerSecond) ? settings.Entry.PerSecond : settings.Entry.AffordablePerSecond,
            CpuCores = governor.CpuLimitCores,
            MemoryLimitBytes = governor.MemoryLimitBytes,
            MemoryShedPercent = governor.MemoryShedPercent,
            ClientMemoryBytes = (long)settings.Load.Bytes(governor.MaxConnections),
            Threads = settings.Fanout.WorkerThreads + OtherThreads,
            Ports = [.. new[] { host.Address, host.AdminAddress, host.PublishAddress }.OfType<string>().Select(address => ListenAddress.Parse(address, out _)?.Port ?? 0).Where(port => port > 0)],
            ComparesTimes = settings.Tokens is not null || host.Tls is not null || settings.Stream.Servers.Any(server => server.Scheme == "tls"),
        };
    }
}
