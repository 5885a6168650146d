using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>What a server of its own says it uses, in a real cgroup and out of one.</summary>
[Collection(GovernedTests.Name)]
public sealed class MeterTests
{
    private const int SigContinue = 18;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [FactInCgroup]
    public async Task Whoever_burns_the_quota_s_time_counts_and_the_throttling_shows()
    {
        using var folder = new EmptyFolder();
        await using var cgroup = Cgroup.Create(cpuCores: 0.5);
        var (program, address) = await cgroup.ServeAsync(folder.Path);
        using var _ = program;
        var before = await ReadAsync(address, "ws_cpu_throttled_seconds_total");

        // The server itself is idle.
        using var burner = cgroup.StartBurner();
        await UntilAsync(address, "ws_cpu_percent", percent => percent > 90);
        await UntilAsync(address, "ws_cpu_throttled_seconds_total", seconds => seconds > before + 1);

        burner.Kill();
        await UntilAsync(address, "ws_cpu_percent", percent => percent < 50);
        Assert.Equal(0, await ReadAsync(address, "ws_meter_errors_total{meter=\"cpu\"}"));
    }

    [FactInCgroup]
    public async Task Load_of_the_server_s_own_is_told_in_percent_of_the_quota()
    {
        using var folder = new EmptyFolder();
        await using var cgroup = Cgroup.Create(cpuCores: 0.2);
        var (program, address) = await cgroup.ServeAsync(folder.Path);
        using var _ = program;
        using var http = new HttpClient { BaseAddress = address };
        using var enough = new CancellationTokenSource();

        var asking = AskAsync(http, enough.Token);
        await UntilAsync(address, "ws_cpu_percent", percent => percent > 70);
        await enough.CancelAsync();
        await asking;
    }

    [FactInCgroup]
    public async Task Memory_of_everybody_in_the_cgroup_counts_against_its_limit()
    {
        const long hogged = 40L << 20;
        using var folder = new EmptyFolder();
        var file = $"/dev/shm/{Path.GetFileName(folder.Path)}";
        await using var cgroup = Cgroup.Create(memoryBytes: 300L << 20);
        var (program, address) = await cgroup.ServeAsync(folder.Path);
        using var _ = program;
        var before = await ReadAsync(address, "ws_memory_bytes");
        try
        {
            using var hog = cgroup.Start("dd", "if=/dev/zero", $"of={file}", "bs=1M", $"count={hogged >> 20}", "status=none");
            await UntilAsync(address, "ws_memory_bytes", bytes => bytes > before + (hogged * 0.8));
        }
        finally
        {
            File.Delete(file);
        }

        await UntilAsync(address, "ws_memory_bytes", bytes => bytes < before + (hogged * 0.8));
        Assert.Equal(300L << 20, await ReadAsync(address, "ws_memory_limit_bytes"));
        Assert.Equal(0, await ReadAsync(address, "ws_meter_errors_total{meter=\"memory\"}"));
    }

    [FactInCgroup]
    public async Task The_source_in_use_is_told_at_the_start_in_the_metrics_and_in_the_health_check()
    {
        using var folder = new EmptyFolder();
        await using var cgroup = Cgroup.Create(cpuCores: 0.5, memoryBytes: 300L << 20);
        var (program, address) = await cgroup.ServeAsync(folder.Path);
        using var _ = program;

        var (cpu, memory) = await SourcesAsync(address);
        Assert.EndsWith(cgroup.AccountingDirectory, cpu, StringComparison.Ordinal);
        Assert.EndsWith(cgroup.MemoryDirectory, memory, StringComparison.Ordinal);
        Assert.Contains(program.Output, line => line.Contains($"CPU is measured by the accounting of: {cpu};", StringComparison.Ordinal));
        Assert.Contains(program.Output, line => line.Contains($"Memory is measured by the accounting of: {memory};", StringComparison.Ordinal));
        var label = string.Join('_', cpu.Split(' ')[..2]);
        Assert.Equal(1, await ReadAsync(address, $"ws_meter_info{{meter=\"cpu\",source=\"{label}\"}}"));
        Assert.Equal(1, await ReadAsync(address, $"ws_meter_info{{meter=\"memory\",source=\"{label}\"}}"));
        Assert.Equal(0, await ReadAsync(address, "ws_meter_info{meter=\"cpu\",source=\"process\"}"));
    }

    [FactInCgroup]
    public async Task A_limit_of_the_server_s_own_below_the_cgroup_s_is_its_share_when_others_live_there()
    {
        using var folder = new EmptyFolder();
        await using var cgroup = Cgroup.Create(cpuCores: 0.8, memoryBytes: 400L << 20);
        using var neighbour = cgroup.Start("sleep", "1000");
        await Wait.UntilAsync(
            () => new[] { cgroup.AccountingDirectory, cgroup.MemoryDirectory }.All(directory => CgroupLayout.Members(directory).Contains(neighbour.Id)), "the neighbour should live there");
        var (program, address) = await cgroup.ServeAsync(folder.Path, ("WS_CPU_LIMIT", "0.4"), ("WS_MEMORY_LIMIT", "200MB"));
        using var _ = program;

        Assert.Equal(("process", "process"), await SourcesAsync(address));
        Assert.Equal(1, await ReadAsync(address, "ws_meter_info{meter=\"cpu\",source=\"process\"}"));
        Assert.Equal(200L << 20, await ReadAsync(address, "ws_memory_limit_bytes"));
    }

    [Fact]
    public async Task The_heap_of_the_program_is_limited_to_60_percent_of_the_memory_limit()
    {
        using var folder = new EmptyFolder();
        var (program, address) = await ServerProgram.ServeAsync(folder.Path, ("WS_MEMORY_LIMIT", "200MB"));
        using var _ = program;

        Assert.Equal(120L << 20, await ReadAsync(address, "ws_memory_heap_limit_bytes"));
        Assert.InRange(await ReadAsync(address, "ws_memory_heap_bytes"), 1, 120L << 20);
    }

    [Fact]
    public async Task A_smaller_limit_that_the_runtime_was_given_stays()
    {
        using var folder = new EmptyFolder();
        var (program, address) = await ServerProgram.ServeAsync(folder.Path, ("WS_MEMORY_LIMIT", "200MB"), ("DOTNET_GCHeapHardLimit", "0x4000000"));
        using var _ = program;

        Assert.Equal(64L << 20, await ReadAsync(address, "ws_memory_heap_limit_bytes"));
    }

    [Fact]
    public async Task A_server_within_another_process_leaves_the_heap_of_that_alone()
    {
        var before = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        await using var server = await TestServer.StartAsync(("WS_MEMORY_LIMIT", "64MB"), ("WS_MAX_CONNECTIONS", "10"));

        Assert.Equal(before, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        Assert.Equal(before, await server.MetricAsync("ws_memory_heap_limit_bytes"));
    }

    [Fact]
    public async Task Connections_dropped_for_a_full_backlog_are_counted()
    {
        using var folder = new EmptyFolder();
        var (program, address) = await ServerProgram.ServeAsync(folder.Path, ("WS_LISTEN_BACKLOG", "1"));
        using var _ = program;
        var before = await ReadAsync(address, "ws_listen_overflows_total");

        // Stopped, it accepts nothing: what comes after the backlog is full is dropped.
        await program.HaltAsync();
        var callers = Enumerable.Range(0, 8).Select(_ => new Socket(SocketType.Stream, ProtocolType.Tcp) { Blocking = false }).ToList();
        foreach (var caller in callers) Call(caller, new IPEndPoint(IPAddress.Loopback, address.Port));
        program.Signal(SigContinue);

        await UntilAsync(address, "ws_listen_overflows_total", count => count > before);
        callers.ForEach(caller => caller.Dispose());
    }

    private static void Call(Socket caller, EndPoint server)
    {
        try
        {
            caller.Connect(server);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // The caller's own first packet is out; nobody waits for an answer.
        }
    }

    // Answers cost the server time; how many there are does not matter.
    private static async Task AskAsync(HttpClient http, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => http.GetStringAsync(new Uri("metrics", UriKind.Relative), CancellationToken.None)));
        }
    }

    private static async Task<(string Cpu, string Memory)> SourcesAsync(Uri address)
    {
        using var http = new HttpClient { BaseAddress = address };
        var checks = JsonNode.Parse(await http.GetStringAsync(new Uri("health", UriKind.Relative)))!["checks"]!;
        return (checks["cpu"]!["source"]!.GetValue<string>(), checks["memory"]!["source"]!.GetValue<string>());
    }

    private static async Task<double> ReadAsync(Uri address, string series) =>
        await MetricsPage.ReadAsync(address, series) ?? throw new InvalidOperationException($"{series} is not on /metrics");

    // Often enough for a value that changes twice a second; each question is load itself.
    private static async Task UntilAsync(Uri address, string series, Func<double, bool> isSo)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        var last = double.NaN;
        await Wait.UntilAsync(
            async () =>
            {
                await pace.WaitForNextTickAsync();
                return isSo(last = await ReadAsync(address, series));
            },
            () => $"{series} should be so, it is {last}",
            Deadline);
    }
}
