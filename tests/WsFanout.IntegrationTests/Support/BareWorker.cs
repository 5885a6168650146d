using System.Buffers;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using WsFanout.Clients;
using WsFanout.Clients.Tokens;
using WsFanout.Fanout;
using WsFanout.Governor.Entry;
using WsFanout.History;
using WsFanout.Messages;
using WsFanout.Telemetry;
using WsFanout.Transport;
using WsFanout.Transport.Direct;

namespace WsFanout.IntegrationTests.Support;

/// <summary>One worker of the direct way with real sockets and nothing around it: no HTTP server, no intake. The test is both.</summary>
internal sealed class BareWorker : IAsyncDisposable
{
    private readonly Meters _meters = new();
    private readonly Ring _ring;
    private readonly Worker _worker;
    private readonly DirectListener _listener;
    private readonly Channel _channel = new("a");
    private long _sequence = 100;

    public BareWorker()
    {
        var time = TimeProvider.System;
        var metrics = new FanoutMetrics(_meters, 1);
        var clientMetrics = new ClientMetrics(_meters, [.. CloseReason.All.Select(reason => reason.Label)], [.. Refusal.All.Select(refusal => refusal.Word)], [.. TokenProblem.All.Select(problem => problem.Word)]);
        var fanout = new FanoutOptions();
        _ring = new Ring(fanout, 1);
        var context = new WorkerContext(0, new ClientOptions(), 1000, fanout.FlushMaxDelay, TimeSpan.FromSeconds(2), new MessageHistory(new HistoryOptions(), new HistoryMetrics(_meters)), new StreamTail(() => Position.None, time, isWhole: true), metrics.For(0), clientMetrics, time);
        _worker = new Worker(context, _ring, new SocketLoop(new SocketLoopOptions(), time), NullLogger<Worker>.Instance);
        _ring.SetBells([_worker.Inbox.Ring]);
        var entrance = new Entrance(_ => new Place(() => { }, null), (_, _) => { }, _ => ValueTask.CompletedTask, () => _worker.Sockets!, _ => { });
        _listener = new DirectListener(ListenSocket.Open(new IPEndPoint(IPAddress.Loopback, 0), new ListenSocketOptions()), entrance, MemoryPool<byte>.Shared, NullLogger.Instance);
        Assert.True(_ring.TryAdd(Reset.To("e1", _sequence, 5_000, 0)));
        _worker.Start();
        _listener.Start();
    }

    /// <summary>Lets a client in that subscribes to everything, as the HTTP server and the endpoint would.</summary>
    public async Task<RawClient> JoinAsync()
    {
        var client = await RawClient.OpenAsync(new Uri($"http://{_listener.EndPoint}"));
        await client.SendAsync("the handshake");
        var connection = (HttpConnection)(await _listener.AcceptAsync())!;
        connection.TakeOver(() => { });
        await connection.Transport.Input.CopyToAsync(Stream.Null);
        connection.Leave(new JoinTerms(UrlSubscription.Read(new Dictionary<string, string> { ["channels"] = ">" }), TimeProvider.System.GetTimestamp()), []);
        await connection.DisposeAsync();
        await client.ReadAsync("subscription_ack");
        return client;
    }

    /// <returns>Its sequence number.</returns>
    public long Publish(string payload)
    {
        var message = MessageEncoder.Encode(_channel, ++_sequence, 0, 6_000, System.Text.Encoding.UTF8.GetBytes(payload), TimeProvider.System.GetTimestamp());
        Assert.True(_ring.TryAdd(message), "the ring should have room");
        return _sequence;
    }

    /// <summary>Bytes that the worker's thread has allocated, ever.</summary>
    public Task<long> AllocatedBytesAsync()
    {
        // What is scheduled runs on the worker's thread, between two of its turns.
        var asked = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        _worker.Sockets!.Schedule(_ => asked.SetResult(GC.GetAllocatedBytesForCurrentThread()), null);
        return asked.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.UnbindAsync();
        _worker.Stop();
        await _worker.Completion;
        _worker.Dispose();
        _meters.Dispose();
    }
}
