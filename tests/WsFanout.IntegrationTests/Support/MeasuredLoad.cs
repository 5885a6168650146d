using System.Collections.Concurrent;
using System.Diagnostics;

namespace WsFanout.IntegrationTests.Support;

/// <summary>Publishes at a rate that can be changed, many at once if need be, and keeps which channel each sequence number went to.</summary>
internal sealed class MeasuredLoad : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan AckTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Publishes under way at once; a broker that is slower than the rate gets no more.</summary>
    private const int MostUnderWay = 2_000;

    private readonly Broker _broker;
    private readonly string[] _channels;
    private readonly string _filling;
    private readonly ConcurrentDictionary<long, string> _stored = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private volatile int _perSecond;
    private int _underWay;

    /// <param name="payloadBytes">About as long is each payload.</param>
    public MeasuredLoad(Broker broker, string[] channels, int perSecond, int payloadBytes = 40)
    {
        _broker = broker;
        _channels = channels;
        _filling = new string('x', Math.Max(0, payloadBytes - 20));
        _perSecond = perSecond;
        _running = RunAsync();
    }

    /// <summary>Messages a second from now on.</summary>
    public int PerSecond
    {
        get => _perSecond;
        set => _perSecond = value;
    }

    /// <summary>Messages acknowledged by the stream so far.</summary>
    public int Count => _stored.Count;

    /// <summary>Ends the load.</summary>
    /// <returns>Everything it stored, in the stream's order, without a number left out: nobody else published.</returns>
    public async Task<IReadOnlyList<StreamMessage>> EndAsync()
    {
        await _stop.CancelAsync();
        await _running;
        var stored = _stored.OrderBy(pair => pair.Key).Select(pair => new StreamMessage(pair.Key, pair.Value)).ToArray();
        Assert.Equal(Enumerable.Range(1, stored.Length).Select(number => (long)number), stored.Select(message => message.Sequence));
        return stored;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var pace = new PeriodicTimer(Beat);
        var under = new List<Task>();
        var number = 0;
        var due = 0.0;
        for (var at = Stopwatch.GetTimestamp(); !_stop.IsCancellationRequested; await pace.WaitForNextTickAsync(CancellationToken.None))
        {
            var now = Stopwatch.GetTimestamp();
            due += Stopwatch.GetElapsedTime(at, now).TotalSeconds * _perSecond;
            at = now;
            for (; due >= 1 && Volatile.Read(ref _underWay) < MostUnderWay; due--) under.Add(PublishAsync(number++));
            due = Math.Min(due, _perSecond);
            under.RemoveAll(task => task.IsCompletedSuccessfully);
        }

        await Task.WhenAll(under);
    }

    private async Task PublishAsync(int number)
    {
        Interlocked.Increment(ref _underWay);
        try
        {
            var channel = _channels[number % _channels.Length];
            var payload = System.Text.Encoding.UTF8.GetBytes($$"""{"k":{{number}},"f":"{{_filling}}"}""");
            var ack = await _broker.Js.PublishAsync(Broker.Prefix + channel, payload, timeout: AckTimeout, ct: CancellationToken.None);
            _stored[ack.Seq] = channel;
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }
}
