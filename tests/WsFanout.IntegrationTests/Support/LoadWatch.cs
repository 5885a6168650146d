using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;

namespace WsFanout.IntegrationTests.Support;

/// <summary>Asks a server again and again for its state, in <c>/health</c> and in the metrics, and knocks as a new client would.</summary>
internal sealed class LoadWatch : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly Uri _address;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Deadline };
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public LoadWatch(Uri address)
    {
        _address = address;
        _running = RunAsync();
    }

    /// <summary>What was seen where: <c>health</c> or <c>metrics</c>, a state, and between which times (UTC) the answer was made.</summary>
    public ConcurrentQueue<(string Where, string State, DateTime From, DateTime To)> States { get; } = new();

    /// <summary>How newcomers fared: the status, the error's word, the seconds of <c>Retry-After</c>.</summary>
    public ConcurrentQueue<(int Status, string? Error, int? RetryAfter, DateTime From, DateTime To)> Newcomers { get; } = new();

    /// <summary>Longest time that <c>/health</c> took to answer.</summary>
    public TimeSpan Slowest { get; private set; }

    /// <summary>The last state that <c>/health</c> told.</summary>
    public string? State => States.LastOrDefault(seen => seen.Where == "health").State;

    /// <summary>Every question was answered in time; else what went wrong is thrown.</summary>
    public async Task EndAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    /// <summary>Each answer told a state that the server was in, by its log, while it was made.</summary>
    public IReadOnlyList<string> Contradictions(IReadOnlyList<LoadChange> changes)
    {
        // Under a quota everything stands still for moments, also between the line of the log and what it tells of.
        var slack = TimeSpan.FromSeconds(1);
        return
        [
            .. States.Where(seen => !During(changes, seen.From - slack, seen.To + slack).Contains(seen.State))
                .Select(seen => $"{seen.Where} said {seen.State} at {seen.From:O}"),
            .. Newcomers.Where(knock => knock.Status == 101 && !During(changes, knock.From - slack, knock.To + slack).Contains("normal"))
                .Select(knock => $"a newcomer was let in at {knock.From:O}"),
            .. Newcomers.Where(knock => knock.Status != 101 && During(changes, knock.From - slack, knock.To + slack).All(state => state == "normal"))
                .Select(knock => $"a newcomer was refused with {knock.Status} {knock.Error} at {knock.From:O}"),
            .. Newcomers.Where(knock => knock.Status != 101 && knock is not (503, _, > 0, _, _))
                .Select(knock => $"a newcomer got {knock.Status} {knock.Error} without Retry-After at {knock.From:O}"),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _http.Dispose();
        _stop.Dispose();
    }

    private static IEnumerable<string> During(IReadOnlyList<LoadChange> changes, DateTime from, DateTime to) =>
        changes.Where(change => change.At > from && change.At <= to).Select(change => change.After)
            .Append(changes.LastOrDefault(change => change.At <= from)?.After ?? "normal");

    private async Task RunAsync()
    {
        using var pace = new PeriodicTimer(Beat);
        while (!_stop.IsCancellationRequested)
        {
            await LookAsync("health", async () => JsonNode.Parse(await _http.GetStringAsync(new Uri(_address, "health")))!["state"]!.GetValue<string>());
            await LookAsync("metrics", MetricAsync);
            await KnockAsync();
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private async Task LookAsync(string where, Func<Task<string>> ask)
    {
        var (from, began) = (Now, Stopwatch.GetTimestamp());
        var state = await ask();
        States.Enqueue((where, state, from, Now));
        if (where == "health" && Stopwatch.GetElapsedTime(began) is var took && took > Slowest) Slowest = took;
    }

    private async Task<string> MetricAsync()
    {
        const string start = "ws_governor_state{state=\"";
        var lines = (await _http.GetStringAsync(new Uri(_address, "metrics"))).Split('\n');
        return lines.Single(line => line.StartsWith(start, StringComparison.Ordinal) && line.EndsWith("\"} 1", StringComparison.Ordinal))[start.Length..^4];
    }

    private async Task KnockAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_address, "ws"));
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.ParseAdd("websocket");
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        var from = Now;
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var isIn = answer.StatusCode == HttpStatusCode.SwitchingProtocols;
        var error = isIn ? null : JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]!.GetValue<string>();
        Newcomers.Enqueue(((int)answer.StatusCode, error, (int?)answer.Headers.RetryAfter?.Delta?.TotalSeconds, from, Now));
    }

    private static DateTime Now => TimeProvider.System.GetUtcNow().UtcDateTime;
}
