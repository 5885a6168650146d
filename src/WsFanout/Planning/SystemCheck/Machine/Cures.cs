using static WsFanout.Planning.SystemCheck.Machine.MachineView;

namespace WsFanout.Planning.SystemCheck.Machine;

/// <summary>The commands and lines that mend what is too low.</summary>
internal static class Cures
{
    private const string SysctlFile = "/etc/sysctl.d/90-wsfanout.conf";

    /// <summary>Sets a sysctl now, and keeps it.</summary>
    /// <param name="isOfNamespace">Whether each network namespace, and so each container, has its own.</param>
    public static IReadOnlyList<string> Sysctl(FactFiles files, string name, string value, bool isOfNamespace)
    {
        var now = value.Contains(' ', StringComparison.Ordinal) ? $"sysctl -w {name}='{value}'" : $"sysctl -w {name}={value}";
        if (files.IsContainer && isOfNamespace) return [$"docker run --sysctl {name}='{value}'", $"compose: sysctls: [\"{name}={value}\"]"];
        var prefix = files.IsContainer ? "on the host: " : "";
        return [$"{prefix}{now}", $"{prefix}echo '{name} = {value}' >> {SysctlFile}  (keeps it over a restart)"];
    }

    /// <summary>Raises the descriptors of the process.</summary>
    public static IReadOnlyList<string> NoFile(long count) =>
    [
        Text($"ulimit -n {count}  (in the shell that starts it)"),
        Text($"compose: ulimits: {{ nofile: {{ soft: {count}, hard: {count} }} }}"),
        Text($"docker run --ulimit nofile={count}:{count}"),
        Text($"systemd: LimitNOFILE={count}"),
    ];
}
