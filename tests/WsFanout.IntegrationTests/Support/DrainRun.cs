using System.Text.Json.Nodes;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests.Support;

/// <summary>
/// A server in a process of its own that is told to stop while all kinds of clients are there: those who keep the rules, who never answer a close
/// frame, who read nothing, who are in the middle of their handshake, and who are just coming in.
/// </summary>
internal sealed class DrainRun : IAsyncDisposable
{
    public static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(8);

    /// <summary>The stated limit from the signal to the end.</summary>
    public static readonly TimeSpan Limit = DrainTimeout + TimeSpan.FromSeconds(1);

    private const int Mute = 10;
    private const int Stuck = 3;
    private const int HalfWay = 5;
    private const int TinyBuffer = 4096;

    /// <summary>Several are started at once, and starting is not what is tried.</summary>
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    private static readonly (string, string)[] Defaults =
    [
        ("WS_CPU_REJECT_THRESHOLD", "100"), ("WS_CPU_PAUSE_THRESHOLD", "100"), ("WS_MEMORY_REJECT_PERCENT", "100"), ("WS_MEMORY_SHED_PERCENT", "100"), ("WS_MEMORY_PAUSE_PERCENT", "100"),
        ("WS_LAG_REJECT", "0"), ("WS_PING_INTERVAL", "3s"), ("WS_DRAIN_TIMEOUT", "8s"), ("WS_TEST_PAUSE", "true"), ("WS_WORKER_POOL_SIZE", "2"), ("LOG_LEVEL", "debug"),
    ];

    private readonly EmptyFolder _folder;
    private readonly HttpClient _http;
    private readonly List<Guest> _guests = [];
    private readonly List<RawClient> _others = [];
    private readonly List<System.Net.Sockets.TcpClient> _bystanders = [];
    private readonly int _perSecond;

    private DrainRun(EmptyFolder folder, ServerProgram program, Uri address, int perSecond)
    {
        _folder = folder;
        _perSecond = perSecond;
        Program = program;
        Address = address;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };
    }

    public ServerProgram Program { get; }

    public Uri Address { get; }

    /// <summary>Those who read all that comes, whether they answer the close frame or not.</summary>
    public IReadOnlyList<Guest> Guests => _guests;

    /// <param name="perSecond">New clients that a server takes in a second: what the slots of the return are made for.</param>
    public static async Task<DrainRun> StartAsync(int perSecond, params (string Name, string Value)[] variables)
    {
        var folder = new EmptyFolder();
        var (program, address) = await ServerProgram.ServeAsync(folder.Path, [], StartDeadline, [.. Defaults, ("WS_CONNECT_RATE", $"{perSecond}"), ("WS_CONNECT_BURST", "10000"), .. variables]);
        return new DrainRun(folder, program, address, perSecond);
    }

    public async Task WaitUntilReadyAsync() => await Wait.UntilAsync(
        async () => (await _http.GetAsync(new Uri("health/ready", UriKind.Relative))).IsSuccessStatusCode, "the server should be ready");

    /// <summary>Brings in all kinds of clients.</summary>
    /// <param name="polite">Those who keep the rules; of the other kinds there are a few each.</param>
    public async Task FillAsync(int polite)
    {
        foreach (var some in Enumerable.Range(0, polite + Mute).Chunk(50))
        {
            _guests.AddRange(await Task.WhenAll(some.Select(number => Guest.ConnectAsync(Address, answersClose: number >= Mute))));
        }

        for (var i = 0; i < Stuck; i++) _others.Add(await RawClient.ConnectAsync(Address, "?channels=a", TinyBuffer));
        for (var i = 0; i < HalfWay; i++)
        {
            var halfWay = await RawClient.OpenAsync(Address);
            await halfWay.SendAsync(RawClient.Upgrade[..60]);
            _others.Add(halfWay);
        }

        for (var i = 0; i < HalfWay; i++) _others.Add(await RawClient.OpenAsync(Address));
    }

    /// <summary>Brings in clients that do nothing at all. Who comes after them is sent away after them.</summary>
    public async Task AddBystandersAsync(int count)
    {
        foreach (var some in Enumerable.Range(0, count).Chunk(50)) _bystanders.AddRange(await Task.WhenAll(some.Select(_ => RawHandshake.OpenAsync(Address))));
    }

    public Task WaitForMessagesAsync(int messages) => Wait.UntilAsync(() => _guests.TrueForAll(guest => guest.MessageCount >= messages), $"everybody should have {messages} messages");

    public async Task<bool> TryPublishAsync(string payload)
    {
        try
        {
            using var answer = await _http.PostAsync(new Uri("publish/a", UriKind.Relative), new StringContent(payload));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public async Task PauseAsync()
    {
        using var answer = await _http.PostAsync(new Uri("__pause?for=60s", UriKind.Relative), null);
        Assert.True(answer.IsSuccessStatusCode);
    }

    public void Terminate() => Program.Signal(ServerProgram.SigTerm);

    /// <summary>When the first has been sent away, the server must be known as not ready, and must take nobody in.</summary>
    public async Task AssertReadinessCameFirstAsync()
    {
        await Wait.UntilAsync(() => _guests.Exists(guest => guest.Bye is not null), "somebody should be sent away");
        using var ready = await _http.GetAsync(new Uri("health/ready", UriKind.Relative));
        var newcomer = await RawClient.ExchangeAsync(Address, RawClient.Upgrade + "\r\n");

        Assert.Equal(503, (int)ready.StatusCode);
        Assert.Equal("draining", JsonNode.Parse(await ready.Content.ReadAsStringAsync())!["reason"]!.GetValue<string>());
        newcomer.AssertRefusal(503, "draining", isPassing: true);
    }

    /// <summary>It ends in time, well, and has told everybody.</summary>
    public async Task AssertEndedWellAsync()
    {
        Assert.Equal(0, await Program.WaitForExitAsync(Limit));
        await Task.WhenAll(_guests.Select(guest => guest.WaitForEndAsync()));

        Assert.All(_guests, guest => Assert.Equal((4200, "draining"), (guest.Bye?["code"]!.GetValue<int>(), guest.Bye?["reason"]!.GetValue<string>())));
        Assert.All(_guests, guest => Assert.Equal((4200, 0), (guest.CloseCode, guest.FramesBehindBye)));
        AssertSpread();
        AssertQuietLog();
    }

    public void AssertQuietLog()
    {
        Assert.Empty(Program.Errors);
        Assert.DoesNotContain(Program.Output, line => line.Contains("xception", StringComparison.Ordinal));
        Assert.DoesNotContain(Program.Output, line => JsonNode.Parse(line)!["level"]!.GetValue<string>() is "error" or "critical");
    }

    /// <summary>What a client got has no hole from its subscription to its last.</summary>
    public void AssertNothingIsMissing()
    {
        foreach (var guest in _guests)
        {
            Assert.Equal(Enumerable.Range(1, guest.Sequences.Count).Select(number => guest.AckedAt + number), guest.Sequences);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var other in _others) other.Dispose();
        foreach (var bystander in _bystanders) bystander.Dispose();
        foreach (var guest in _guests) await guest.DisposeAsync();
        _http.Dispose();
        Program.Dispose();
        _folder.Dispose();
    }

    /// <summary>Everybody has a moment of its own, and a tenth of the window has about a tenth of the clients.</summary>
    private void AssertSpread()
    {
        // Behind bystanders they have the last slots only.
        if (_bystanders.Count > 0) return;
        var window = Math.Max(1000.0, 1000.0 * (_guests.Count + Stuck) / _perSecond);
        var tenths = _guests.Select(guest => (int)(guest.RetryMs * 10 / window)).ToList();
        var tenth = _guests.Count / 10;

        Assert.All(tenths, part => Assert.InRange(part, 0, 10));
        for (var part = 0; part < 10; part++) Assert.InRange(tenths.Count(one => one == part), tenth / 2, tenth * 2);
        Assert.True(_guests.Select(guest => guest.RetryMs).Distinct().Count() > _guests.Count * 9 / 10, "each should have a moment of its own");
    }
}
