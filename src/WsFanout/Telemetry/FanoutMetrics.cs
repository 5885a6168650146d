namespace WsFanout.Telemetry;

/// <summary>Ring, workers and deliveries.</summary>
internal sealed class FanoutMetrics
{
    private readonly Meters _meters;
    private readonly WorkerCounters[] _workers;
    private readonly WorkerHistogram _delivery;
    private readonly WorkerHistogram _age;
    private readonly WorkerHistogram _batch;
    private readonly WorkerHistogram _turn;

    public FanoutMetrics(Meters meters, int workers)
    {
        _meters = meters;
        _workers = [.. Enumerable.Range(0, workers).Select(_ => new WorkerCounters())];
        _delivery = meters.CreateWorkerHistogram("delivery_seconds", "Arrival in the intake to socket.", Buckets.Latency, workers);
        _age = meters.CreateWorkerHistogram("stream_age_seconds", "Stored in the stream to socket, by the broker's clock and ours.", Buckets.Age, workers);
        _batch = meters.CreateWorkerHistogram("send_batch_messages", "Messages in one send to one client.", Buckets.BatchSize, workers);
        _turn = meters.CreateWorkerHistogram("worker_turn_seconds", "Time of one turn of a worker's loop that had work.", Buckets.Latency, workers);

        meters.Server.CreateObservableCounter("messages_sent_total", () => Sum(w => w.Deliveries), "{delivery}", "Deliveries: message times client, taken by the socket.");
        meters.Server.CreateObservableCounter("messages_replayed_total", () => Sum(w => w.ReplayedMessages), "{message}", "Messages that clients had missed or looked back on, taken by the socket; not among the deliveries.");
        meters.Server.CreateObservableCounter(
            "messages_overdrawn_total", () => Sum(w => w.Overdrawn), "{delivery}", "Deliveries that had to wait beyond the bounds of a client's send queue, in a burst.");
        meters.Server.CreateObservableCounter("bytes_sent_total", () => Sum(w => w.Bytes), "By", "Bytes of frames taken by sockets.");
        meters.Server.CreateObservableCounter("messages_received_total", () => Sum(w => w.Received), "{message}", "Messages from clients.");
        meters.Server.CreateObservableGauge("subscriptions_current", () => Sum(w => w.Subscriptions), "{subscription}", "Subscriptions of all clients.");
        meters.Server.CreateObservableGauge("slow_clients_current", () => Sum(w => w.SlowClients), "{client}", "Clients that have had bytes waiting without taking one for a second.");
    }

    /// <summary>Deliveries put into queues so far.</summary>
    public long Dealt => Sum(worker => worker.Dealt);

    /// <summary>Deliveries to sockets that took them at once, in time and late.</summary>
    public (long OnTime, long Late) Punctuality => (Sum(worker => worker.Punctuality.OnTime), Sum(worker => worker.Punctuality.Late));

    public WorkerMetrics For(int worker) =>
        new(_workers[worker], _delivery.For(worker), _age.For(worker), _batch.For(worker), _turn.For(worker));

    /// <summary>Reads the ring's depth at each scrape.</summary>
    public void ObserveRing(Func<long> depth, int capacity)
    {
        _meters.Server.CreateObservableGauge("worker_queue_depth", depth, "{message}", "Messages between intake and the slowest worker.");
        _meters.Server.CreateObservableGauge("worker_queue_capacity", () => capacity, "{message}", "Messages the ring takes before the intake waits.");
    }

    private long Sum(Func<WorkerCounters, long> part) => _workers.Sum(part);
}
