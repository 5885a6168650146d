using Microsoft.Extensions.Logging.Abstractions;
using WsFanout.Nats;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A test's own connection to the broker: it publishes beside the server and says what the stream holds.</summary>
internal sealed class Broker : IAsyncDisposable
{
    public const string Stream = "ODIN_TOKENS";
    public const string Prefix = "odin.token.";

    private readonly NatsConnection _connection;

    private Broker(NatsConnection connection)
    {
        _connection = connection;
        Js = new NatsJSContext(connection);
    }

    public NatsJSContext Js { get; }

    public static Task<Broker> ConnectAsync(NatsServerProcess nats) => ConnectAsync(nats.Url);

    public static async Task<Broker> ConnectAsync(Uri address)
    {
        var connection = new NatsConnection(
            new NatsOpts { Servers = [address], Name = "test", ReconnectWaitMax = TimeSpan.FromMilliseconds(300) }, TimeProvider.System, NullLogger<NatsConnection>.Instance);
        connection.Start();
        var broker = new Broker(connection);
        await broker.UntilConnectedAsync();
        return broker;
    }

    /// <summary>Publishes at a steady rate until told to stop; what was not acknowledged is published again until it is.</summary>
    /// <returns>Acknowledged messages.</returns>
    public async Task<int> PublishSteadilyAsync(IReadOnlyList<string> channels, int perSecond, CancellationToken until)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / perSecond));
        var acknowledged = 0;
        while (!until.IsCancellationRequested)
        {
            var payload = System.Text.Encoding.UTF8.GetBytes($$"""{"k":{{acknowledged}}}""");
            try
            {
                await Js.PublishAsync(Prefix + channels[acknowledged % channels.Count], payload, timeout: TimeSpan.FromSeconds(2), ct: CancellationToken.None);
                acknowledged++;
            }
            catch (NatsException)
            {
                // The broker is away: the same message is tried again at the next beat.
            }

            await pace.WaitForNextTickAsync(CancellationToken.None);
        }

        return acknowledged;
    }

    /// <summary>Publishes without waiting for the stream's word: many more a second.</summary>
    public ValueTask PublishBlindlyAsync(string channel, ReadOnlyMemory<byte> payload) => _connection.PublishAsync(Prefix + channel, payload);

    /// <summary>Everything the stream holds, by its own word.</summary>
    public async Task<IReadOnlyList<StreamMessage>> StoredAsync()
    {
        // After a restart the server under test may have found the broker before this connection has.
        await UntilConnectedAsync();
        var state = (await Js.GetStreamAsync(Stream)).State;
        var stored = new List<StreamMessage>();
        for (var sequence = Math.Max(1, state.FirstSeq); sequence <= state.LastSeq; sequence++)
        {
            try
            {
                var message = await Js.GetMessageAsync(Stream, sequence);
                stored.Add(new StreamMessage(sequence, message.Subject[Prefix.Length..]));
            }
            catch (NatsJSApiException deleted) when (deleted.Code == 404)
            {
                // A hole: nothing is stored there.
            }
        }

        return stored;
    }

    /// <summary>Names of the stream's consumers.</summary>
    public async Task<string[]> ConsumersAsync()
    {
        using var answer = await _connection.RequestAsync($"$JS.API.CONSUMER.NAMES.{Stream}", default);
        var names = System.Text.Json.Nodes.JsonNode.Parse(answer.Payload)!["consumers"];
        return names is null ? [] : [.. names.AsArray().Select(name => name!.GetValue<string>())];
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task UntilConnectedAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await _connection.WaitUntilOpenAsync(limit.Token);
    }
}
