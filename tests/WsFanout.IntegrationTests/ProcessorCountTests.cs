using System.Text.Json.Nodes;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>Cores, threads and DOTNET_PROCESSOR_COUNT, as docs/OPERATING.md tells it.</summary>
[Collection(GovernedTests.Name)]
public sealed class ProcessorCountTests
{
    private const string Workers = "WS_WORKER_POOL_SIZE", Cpu = "WS_CPU_LIMIT";

    [Fact]
    public async Task A_count_that_is_given_is_taken_for_the_machine_s_cores()
    {
        using var folder = new EmptyFolder();
        var (program, address) = await ServerProgram.ServeAsync(folder.Path, [], TimeSpan.FromSeconds(60), ("DOTNET_PROCESSOR_COUNT", "1"));
        using var _ = program;

        var settings = await SettingsAsync(address);

        Assert.Equal("1", settings[Workers]);
        Assert.True(double.Parse(settings[Cpu], System.Globalization.CultureInfo.InvariantCulture) <= 1, settings[Cpu]);
    }

    [FactInCgroup]
    public async Task A_quota_with_a_fraction_is_rounded_up_for_threads_and_kept_for_the_limit()
    {
        using var folder = new EmptyFolder();
        foreach (var (quota, workers) in ((string, string)[])[("0.5", "1"), ("1.5", "2")])
        {
            if (Environment.ProcessorCount < 2 && workers == "2") continue;
            await using var cgroup = Cgroup.Create(double.Parse(quota, System.Globalization.CultureInfo.InvariantCulture));
            var (program, address) = await cgroup.ServeAsync(folder.Path);
            using var _ = program;

            var settings = await SettingsAsync(address);

            Assert.Equal((quota, workers), (settings[Cpu], settings[Workers]));
        }
    }

    [FactInCgroup]
    public async Task A_count_below_the_quota_lowers_the_limit_to_it()
    {
        using var folder = new EmptyFolder();
        await using var cgroup = Cgroup.Create(1.5);
        var (program, address) = await cgroup.ServeAsync(folder.Path, ("DOTNET_PROCESSOR_COUNT", "1"));
        using var _ = program;

        var settings = await SettingsAsync(address);

        Assert.Equal(("1", "1"), (settings[Cpu], settings[Workers]));
    }

    private static async Task<Dictionary<string, string>> SettingsAsync(Uri address)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var config = JsonNode.Parse(await http.GetStringAsync(new Uri(address, "config")))!;
        return config["settings"]!.AsArray().ToDictionary(setting => setting!["name"]!.GetValue<string>(), setting => setting!["value"]!.GetValue<string>());
    }
}
