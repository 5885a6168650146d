using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A server in a process of its own, where everything that clients may leave behind can be counted: descriptors, places, memory, alarming lines.</summary>
internal sealed class AbusedServer : IAsyncDisposable
{
    /// <summary>For a server that the test does not reach by loopback.</summary>
    private const string PublishToken = "publish";

    private static readonly (string, string)[] Defaults =
    [
        ("WS_PUBLISH_TOKEN", PublishToken),
        ("WS_CPU_REJECT_THRESHOLD", "100"), ("WS_CPU_PAUSE_THRESHOLD", "100"), ("WS_MEMORY_REJECT_PERCENT", "100"), ("WS_MEMORY_SHED_PERCENT", "100"),
        ("WS_MEMORY_PAUSE_PERCENT", "100"), ("WS_LAG_REJECT", "0"), ("WS_CONNECT_RATE", "unlimited"), ("WS_CLIENT_RATE", "1000000"), ("WS_CLIENT_BURST", "1000000"),
    ];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly EmptyFolder _folder;
    private readonly ServerProgram _program;
    private readonly HttpClient _http;
    private double _descriptors;

    private AbusedServer(EmptyFolder folder, ServerProgram program, Uri address)
    {
        _folder = folder;
        _program = program;
        Address = address;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", PublishToken);
    }

    public Uri Address { get; }

    /// <param name="variables">Override those that keep it from refusing anybody.</param>
    public static Task<AbusedServer> StartAsync(params (string Name, string Value)[] variables) => StartAsync([], variables);

    /// <inheritdoc cref="StartAsync(ValueTuple{string, string}[])"/>
    /// <param name="entrance">Words before the command line, as <see cref="NetworkNamespace.Entrance"/>.</param>
    public static async Task<AbusedServer> StartAsync(string[] entrance, params (string Name, string Value)[] variables)
    {
        var folder = new EmptyFolder();
        var (program, address) = await ServerProgram.ServeAsync(folder.Path, entrance, Patience, [.. Defaults, .. variables]);
        var server = new AbusedServer(folder, program, address);

        // What the first client opens once for all of them is nobody's leftover.
        using (var first = await RawClient.ConnectAsync(address, "?channels=a")) await first.ReadAsync("subscription_ack");
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_connections_current") == 0, "the first client should be gone");
        await Wait.UntilAsync(server.NoteDescriptorsAsync, "the number of descriptors should settle");
        return server;
    }

    public async Task<double> MetricAsync(string series)
    {
        var text = await _http.GetStringAsync(new Uri("metrics", UriKind.Relative));
        var line = text.Split('\n').Single(one => one.StartsWith(series + " ", StringComparison.Ordinal));
        return double.Parse(line[(series.Length + 1)..], CultureInfo.InvariantCulture);
    }

    /// <summary>Resident memory of the process. Bytes.</summary>
    public Task<double> ResidentBytesAsync() => MetricAsync("process_resident_memory_bytes");

    public async Task<long> PublishAsync(string channel, string payload)
    {
        using var answer = await _http.PostAsync(new Uri($"publish/{channel}", UriKind.Relative), new StringContent(payload));
        Assert.True(answer.IsSuccessStatusCode, $"publishing to {channel}: {(int)answer.StatusCode}");
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["seq"]!.GetValue<long>();
    }

    /// <summary>Every client and connection is gone, has left nothing, and the log has nothing to alarm anybody.</summary>
    public async Task AssertNothingIsLeftAsync()
    {
        await Wait.UntilAsync(async () => await MetricAsync("ws_connections_current") == 0, "every place should be given back", Patience);
        await Wait.UntilAsync(async () => await MetricAsync("ws_subscriptions_current") == 0, "every subscription should be gone", Patience);
        var open = 0.0;
        await Wait.UntilAsync(
            async () => (open = await MetricAsync("process_open_fds")) <= _descriptors, () => $"{_descriptors} descriptors should be open, there are {open}", Patience);
        Assert.False(_program.HasExited, "it should be alive");
        Assert.DoesNotContain(_program.Output, line => JsonNode.Parse(line)!["level"]!.GetValue<string>() is "warning" or "error" or "critical");
        Assert.Empty(_program.Errors);
    }

    /// <summary>Exactly so many get in.</summary>
    public async Task AssertPlacesAsync(int places)
    {
        var clients = new List<RawClient>();
        for (var i = 0; i < places; i++) clients.Add(await RawClient.ConnectAsync(Address));
        (await RawClient.ExchangeAsync(Address, RawClient.Upgrade + "\r\n")).AssertRefusal(503, "max_connections", isPassing: true);
        foreach (var client in clients) client.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        _program.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> NoteDescriptorsAsync()
    {
        var before = _descriptors;
        _descriptors = await MetricAsync("process_open_fds");
        return _descriptors == before;
    }
}
