using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>The server as a container sees it: under a real quota and a real memory limit.</summary>
[Collection(GovernedTests.Name)]
public sealed class CgroupTests
{
    [FactInCgroup]
    public async Task Without_limits_of_its_own_the_server_takes_those_of_its_cgroup()
    {
        using var folder = new EmptyFolder();
        await using var cgroup = Cgroup.Create(cpuCores: 0.5, memoryBytes: 300L << 20);
        var (program, address) = await cgroup.ServeAsync(folder.Path);
        using var _ = program;

        Assert.Equal(0.5, await MetricsPage.ReadAsync(address, "ws_cpu_limit_cores"));
        Assert.Equal(300L << 20, await MetricsPage.ReadAsync(address, "ws_memory_limit_bytes"));
    }

    [FactInCgroup]
    public async Task Nothing_of_a_cgroup_outlives_its_test()
    {
        string[] directories;
        await using (var cgroup = Cgroup.Create(cpuCores: 0.2))
        {
            using var burner = cgroup.StartBurner();
            directories = [cgroup.CpuDirectory, cgroup.AccountingDirectory, cgroup.MemoryDirectory];
            await Wait.UntilAsync(() => directories.All(directory => CgroupLayout.Members(directory).Contains(burner.Id)), "the burner should be in every part of it");
        }

        Assert.All(directories, directory => Assert.False(Directory.Exists(directory), directory));
    }
}
