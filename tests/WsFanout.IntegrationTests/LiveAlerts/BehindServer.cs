using System.Globalization;
using System.Text.Json.Nodes;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>
/// Thousands of patterns that nearly match, and every message on a channel never seen before: the worker walks all their branches for each,
/// and falls behind without a single delivery that would slow the machine down.
/// </summary>
/// <remarks>The queue holds seconds of its work and the stream as much again: an intake that a busy machine holds up does not empty it.</remarks>
internal sealed class BehindServer() : BrokerScenario(
    ("WS_WORKER_QUEUE_SIZE", "10000"),
    ("WS_MAX_MESSAGE_BYTES", "64KB"),
    ("WS_MAX_CHANNELS_PER_CLIENT", "512"),
    ("WS_MAX_PATTERNS_PER_CLIENT", "512"),
    ("WS_PING_INTERVAL", "1h"),
    ("JS_STREAM_MAX_AGE", "10m"),
    ("JS_STREAM_MAX_MSGS", "10000000"),
    ("JS_STREAM_MAX_BYTES", "4GB"))
{
    /// <summary>Each may be itself or a star in a pattern: 16,384 patterns, and twice as many branches.</summary>
    private const int Tokens = 14;

    /// <summary>Few enough to be subscribed to in no time: each is compared with the client's others.</summary>
    private const int PatternsAClient = 512;

    private const int MessagesAtFirst = 20_000;

    private const int MessagesAtOnce = 50;

    private static readonly TimeSpan PublishInterval = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _enough = new();
    private readonly List<RawClient> _clients = [];
    private Task _publishing = Task.CompletedTask;

    public override string Instance => "behind";

    public override IReadOnlyList<string> Alerts => ["QueueFilling warning", "QueueFilling critical"];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _enough.Dispose();
    }

    protected override async Task BeginAsync()
    {
        var patterns = Enumerable.Range(0, 1 << Tokens).Select(stars => ChannelOf(token => (stars >> token & 1) == 1 ? "*" : TokenOf(token)));
        foreach (var part in patterns.Chunk(PatternsAClient))
        {
            var client = await RawClient.ConnectAsync(Server);
            _clients.Add(client);
            await client.SendTextAsync(new JsonObject { ["type"] = "subscribe", ["data"] = new JsonObject { ["channels"] = new JsonArray([.. part.Select(name => (JsonNode)name)]) } }.ToJsonString());
            await client.ReadAsync("subscription_ack");
        }

        _publishing = PublishAsync();
    }

    protected override async Task EndAsync()
    {
        await _enough.CancelAsync();
        await _publishing;

        // Without their patterns what is left is dealt at once. They say goodbye: so many that are cut would be told of.
        foreach (var client in _clients) await client.SendCloseAsync(1000);
        foreach (var client in _clients)
        {
            await client.DrainAsync();
            client.Dispose();
        }

        _clients.Clear();
    }

    private async Task PublishAsync()
    {
        var channel = ChannelOf(TokenOf);
        using var pace = new PeriodicTimer(PublishInterval);
        for (var number = 0; !_enough.IsCancellationRequested; await pace.WaitForNextTickAsync(CancellationToken.None))
        {
            var messages = number == 0 ? MessagesAtFirst : MessagesAtOnce;
            for (var i = 0; i < messages; i++)
            {
                await Broker.PublishBlindlyAsync(string.Create(CultureInfo.InvariantCulture, $"{channel}.{number++}"), "{}"u8.ToArray());
            }
        }
    }

    private static string ChannelOf(Func<int, string> token) => string.Join('.', Enumerable.Range(0, Tokens).Select(token));

    private static string TokenOf(int number) => number.ToString(CultureInfo.InvariantCulture);
}
