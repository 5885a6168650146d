using System.Text.RegularExpressions;
using WsFanout.Planning.SystemCheck;
using WsFanout.Tests.Planning.SystemCheck.Machine;

namespace WsFanout.Tests.Deploy;

/// <summary>deploy/sysctl/wsfanout.conf and <c>wsfanout check</c> say the same: what the one sets is what the other asks for.</summary>
public sealed partial class SysctlFileTests
{
    private const string Checks = "src/WsFanout/Planning/SystemCheck/Machine";

    private static readonly string File = RepositoryFiles.ReadText("deploy/sysctl/wsfanout.conf");

    // Those that are off, because most kernels have more by themselves, count too: they are the least for 10,000 clients.
    private static readonly Dictionary<string, string> Values = Assignment().Matches(File).ToDictionary(match => match.Groups["key"].Value, match => match.Groups["value"].Value);

    [Fact]
    public void Every_setting_of_the_kernel_that_the_check_names_is_in_the_file()
    {
        var named = Directory.GetFiles(Path.Combine(RepositoryFiles.Root, Checks), "*.cs")
            .SelectMany(source => Key().Matches(System.IO.File.ReadAllText(source)))
            .Select(match => match.Groups["key"].Value)
            .Distinct()
            .ToList();

        Assert.True(named.Count >= 8, $"only {string.Join(' ', named)} were found");
        Assert.All(named, key => Assert.Contains(key, Values.Keys));
    }

    [Fact]
    public void A_machine_with_these_values_is_fit_for_ten_thousand_clients_in_every_point()
    {
        using var machine = Machine(swapMegabytes: 1024);

        Assert.All(machine.Look(("WS_ADMIN_ADDR", "127.0.0.1:9102")), finding => Assert.True(finding.Verdict == Verdict.Ok, $"{finding.Name} is {finding.Verdict}: {finding.Detail}"));
    }

    [Fact]
    public void Half_open_connections_fit_without_cookies_too()
    {
        using var machine = Machine().With("/proc/sys/net/ipv4/tcp_syncookies", "0\n");

        Assert.Equal(Verdict.Ok, machine.Look("syn_backlog").Verdict);
    }

    [Fact]
    public void Ports_that_are_listened_on_are_outside_the_range_and_reserved_in_any_other()
    {
        using var machine = Machine();
        foreach (var range in (string[])[Values["net.ipv4.ip_local_port_range"], "1024\t65535"])
        {
            machine.With("/proc/sys/net/ipv4/ip_local_port_range", range);

            foreach (var port in (int[])[3002, 3003, 9102, 9103]) Assert.Equal(Verdict.Ok, machine.Look("listen_port", ("WS_ADDR", $":{port}")).Verdict);
        }
    }

    [Fact]
    public void What_the_check_calls_useless_for_a_server_is_not_set() =>
        Assert.All((string[])["tcp_tw_reuse", "tcp_fin_timeout"], name => Assert.DoesNotContain(Values.Keys, key => key.EndsWith(name, StringComparison.Ordinal)));

    [Fact]
    public void Every_value_is_explained() =>
        Assert.All(Assignment().Matches(File), match => Assert.Matches(@"#.*\n(?:[^\n#][^\n]*\n)?$", File[..match.Index]));

    private static FitMachine Machine(long swapMegabytes = 0)
    {
        var machine = new FitMachine();
        foreach (var (key, value) in Values) machine.With($"/proc/sys/{key.Replace('.', '/')}", value.Replace(' ', '\t') + "\n");
        machine.With("/proc/sys/fs/file-nr", $"1000\t0\t{Values["fs.file-max"]}\n").With("/proc/meminfo", FitMachine.MemInfo(swapMegabytes: swapMegabytes));
        return machine;
    }

    [GeneratedRegex(@"(?m)^(?:# )?(?<key>(?:net|vm|fs)\.[a-z0-9_.-]+) = (?<value>.+)$")]
    private static partial Regex Assignment();

    [GeneratedRegex(@"""(?<key>(?:net|vm|fs)\.[a-z0-9_.-]+)""")]
    private static partial Regex Key();
}
