using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using WsFanout.Nats;

namespace WsFanout.IntegrationTests.Support;

/// <summary>
/// Publishes at a steady rate and keeps the stream's word on each message, so that what was stored is known also where the stream no longer
/// holds it. A message is offered under one id until it is acknowledged.
/// </summary>
internal sealed class AckedPublisher : IAsyncDisposable
{
    /// <summary>Published and not acknowledged; above, the pace waits, as while the broker is away.</summary>
    private const int MostWaiting = 256;

    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(10);

    private readonly NatsConnection _connection;
    private readonly NatsJSContext _js;
    private readonly IReadOnlyList<string> _channels;
    private readonly ConcurrentDictionary<long, string> _stored = new();
    private readonly SemaphoreSlim _room = new(MostWaiting);
    private readonly CancellationTokenSource _enough = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly string _run = Guid.NewGuid().ToString("N");
    private readonly Task _publishing;
    private int _next;

    public AckedPublisher(IReadOnlyList<Uri> brokers, IReadOnlyList<string> channels, int perSecond)
    {
        _connection = new NatsConnection(
            new NatsOpts { Servers = brokers, Name = "publisher", ReconnectWaitMax = TimeSpan.FromMilliseconds(300) }, TimeProvider.System, NullLogger<NatsConnection>.Instance);
        _connection.Start();
        _js = new NatsJSContext(_connection);
        _channels = channels;
        _publishing = PublishAsync(perSecond);
    }

    /// <summary>Messages acknowledged so far.</summary>
    public int Count => _stored.Count;

    /// <summary>Everything acknowledged, in stream order.</summary>
    public IReadOnlyList<StreamMessage> Stored => [.. _stored.OrderBy(one => one.Key).Select(one => new StreamMessage(one.Key, one.Value))];

    /// <summary>Stops the pace, then publishes once more on each channel: so every client has a last message to wait for. Ends when all is acknowledged.</summary>
    public async Task FinishAsync()
    {
        await _enough.CancelAsync();
        await _publishing;
        foreach (var channel in _channels) await OfferAsync(channel);
    }

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await _stop.CancelAsync();
        await _publishing;
        await _connection.DisposeAsync();
    }

    private async Task PublishAsync(int perSecond)
    {
        var waiting = new List<Task>();
        using var beat = new PeriodicTimer(Beat);
        for (var owed = 0.0; !_enough.IsCancellationRequested; await beat.WaitForNextTickAsync(CancellationToken.None))
        {
            for (owed += perSecond * Beat.TotalSeconds; owed >= 1 && await _room.WaitAsync(Beat); owed--) waiting.Add(OfferOneAsync());
            owed = Math.Min(owed, perSecond);
            waiting.RemoveAll(task => task.IsCompletedSuccessfully);
        }

        await Task.WhenAll(waiting);
    }

    private async Task OfferOneAsync()
    {
        await OfferAsync(_channels[_next % _channels.Count]);
        _room.Release();
    }

    private async Task OfferAsync(string channel)
    {
        var number = _next++;
        var payload = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"n":{{number}}}"""));
        var id = new NatsHeaders { { "Nats-Msg-Id", string.Create(CultureInfo.InvariantCulture, $"{_run}-{number}") } };
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var ack = await _js.PublishAsync(Broker.Prefix + channel, payload, id, TimeSpan.FromSeconds(2), CancellationToken.None);
                _stored[ack.Seq] = channel;
                return;
            }
            catch (NatsException)
            {
                // The broker is away or has no leader.
                await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None);
            }
        }
    }
}
