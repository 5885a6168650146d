using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using WsFanout.Testing;
using WsFanout.Tests.Deploy;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A real Prometheus that scrapes live servers every second and judges them by the repository's rules, made faster by <see cref="FasterRules"/>.</summary>
/// <remarks>
/// An alert is written as its name, its severity and, where it has one, its reason: <c>ConnectionsRejected error cpu</c>. Any thread may wait for
/// one. Data in a temporary folder; killed by disposing.
/// </remarks>
internal sealed class LivePrometheus : IAsyncDisposable
{
    /// <summary>Not even 0 servers are known to be up.</summary>
    private const int NotYet = -1;

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Rules wait up to 15 s, and the longest way to a condition takes 25 s; the rest is for a machine with other work.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(100);

    private readonly EmptyFolder _folder = new();
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentDictionary<(string Instance, string Alert), bool> _everFired = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http;
    private readonly Process _process;
    private Task _watching = Task.CompletedTask;

    // The watch writes; anyone reads.
    private volatile IReadOnlyList<(string Instance, string Alert, bool IsFiring)> _alerts = [];

    private LivePrometheus(IEnumerable<(string Instance, Uri Address)> targets)
    {
        var port = FreePort.Next();
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
        foreach (var file in AlertRule.Files)
        {
            File.WriteAllText(Path.Combine(_folder.Path, Path.GetFileName(file)), FasterRules.Of(RepositoryFiles.ReadText(file)));
        }

        File.WriteAllText(ConfigPath, ConfigOf(targets));
        _process = Process.Start(new ProcessStartInfo(
            FactWithAttribute.Find("prometheus")!,
            [$"--config.file={ConfigPath}", "--web.enable-lifecycle", $"--storage.tsdb.path={Path.Combine(_folder.Path, "data")}", $"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Every alert that has been firing so far, by instance.</summary>
    public IEnumerable<(string Instance, string Alert)> EverFired => _everFired.Keys;

    /// <summary>Starts it and waits until it has scraped every server once: from there on counters have a value to rise from.</summary>
    /// <param name="targets">Servers that listen, and the label <c>instance</c> of each.</param>
    public static async Task<LivePrometheus> StartAsync(IReadOnlyList<(string Instance, Uri Address)> targets)
    {
        var prometheus = new LivePrometheus(targets);
        try
        {
            await Wait.UntilAsync(
                async () => await prometheus.CountUpAsync() == targets.Count,
                () => $"Prometheus should have scraped {targets.Count} servers; it said:\n{string.Join('\n', prometheus._output)}",
                TimeSpan.FromSeconds(30));
            prometheus._watching = prometheus.WatchAsync();
            return prometheus;
        }
        catch
        {
            await prometheus.DisposeAsync();
            throw;
        }
    }

    /// <summary>Scrapes other servers from now on.</summary>
    public async Task RetargetAsync(IReadOnlyList<(string Instance, Uri Address)> targets)
    {
        await File.WriteAllTextAsync(ConfigPath, ConfigOf(targets));
        using var answer = await _http.PostAsync(new Uri("-/reload", UriKind.Relative), null);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The value of each series that a query finds now; what is not a number is none.</summary>
    public async Task<IReadOnlyList<double>> QueryAsync(string query)
    {
        using var answer = await _http.GetAsync(new Uri("api/v1/query?query=" + Uri.EscapeDataString(query), UriKind.Relative), _stop.Token);
        var text = await answer.Content.ReadAsStringAsync(_stop.Token);
        Assert.True(answer.IsSuccessStatusCode, $"{query}: {text}");
        var data = JsonNode.Parse(text)!["data"]!;
        IEnumerable<JsonNode> values = data["resultType"]!.GetValue<string>() == "scalar"
            ? [data["result"]![1]!]
            : data["result"]!.AsArray().Select(series => series!["value"]![1]!);
        return [.. values.Select(value => NumberOf(value.GetValue<string>())).Where(value => !double.IsNaN(value))];
    }

    /// <summary>Ends once it has been firing; it may be gone again by then.</summary>
    public Task UntilFiredAsync(string instance, string alert) => UntilAsync(() => _everFired.ContainsKey((instance, alert)), $"{alert} should fire for {instance}");

    public Task UntilGoneAsync(string instance, string alert) =>
        UntilAsync(() => !_alerts.Any(one => one.Instance == instance && one.Alert == alert), $"{alert} should be gone for {instance}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _http.Dispose();
        _stop.Dispose();
        _folder.Dispose();
    }

    private Task UntilAsync(Func<bool> condition, string reason) => Wait.UntilAsync(
        async () =>
        {
            if (_watching.IsCompleted) await _watching;
            return condition();
        },
        () => $"{reason}; there are: {Present}",
        Deadline);

    private string ConfigPath => Path.Combine(_folder.Path, "prometheus.yml");

    private string Present => string.Join("; ", _alerts.Select(one => $"{one.Instance}: {one.Alert}{(one.IsFiring ? "" : " (pending)")}"));

    private static string ConfigOf(IEnumerable<(string Instance, Uri Address)> targets)
    {
        var config = new StringBuilder()
            .AppendLine("global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }")
            .AppendLine($"rule_files: [{string.Join(", ", AlertRule.Files.Select(Path.GetFileName))}]")
            .AppendLine("scrape_configs:")
            .AppendLine("  - job_name: wsfanout")
            .AppendLine("    static_configs:");
        foreach (var (instance, address) in targets) config.AppendLine($"      - {{ targets: [\"{address.Authority}\"], labels: {{ instance: {instance} }} }}");
        return config.ToString();
    }

    private async Task<int> CountUpAsync()
    {
        try
        {
            var result = await ReadAsync("api/v1/query?query=up == 1");
            return result["result"]!.AsArray().Count;
        }
        catch (HttpRequestException)
        {
            Assert.False(_process.HasExited, string.Join('\n', _output));
            return NotYet;
        }
    }

    private static double NumberOf(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };

    private async Task<JsonNode> ReadAsync(string path) => JsonNode.Parse(await _http.GetStringAsync(new Uri(path, UriKind.Relative), _stop.Token))!["data"]!;

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(LookInterval);
        while (await timer.WaitForNextTickAsync(_stop.Token))
        {
            var alerts = (await ReadAsync("api/v1/alerts"))["alerts"]!.AsArray();
            _alerts = [.. alerts.Select(alert => (Label(alert!, "instance"), NameOf(alert!), alert!["state"]!.GetValue<string>() == "firing"))];
            foreach (var (instance, alert, isFiring) in _alerts)
            {
                if (isFiring) _everFired[(instance, alert)] = true;
            }
        }
    }

    private static string NameOf(JsonNode alert) => $"{Label(alert, "alertname")} {Label(alert, "severity")} {Label(alert, "reason")}".TrimEnd();

    private static string Label(JsonNode alert, string name) => alert["labels"]![name]?.GetValue<string>() ?? "";
}
