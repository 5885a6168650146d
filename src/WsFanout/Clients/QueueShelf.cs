namespace WsFanout.Clients;

/// <summary>
/// Empty send queues of one worker. A client takes one when something has to wait for its socket and puts it back when nothing does, so that
/// a client that reads well has none, and a busy one costs no allocation.
/// </summary>
/// <remarks>The owning worker only.</remarks>
internal sealed class QueueShelf(ClientOptions options)
{
    /// <summary>Queues kept; those above are garbage.</summary>
    public const int MostKept = 256;

    /// <summary>Slots of a queue that is kept: what the worker deals in one turn. A larger one leaves its memory.</summary>
    public const int MostSlots = 64;

    private readonly Stack<SendQueue> _kept = new();
    private readonly Overdraft _overdraft = new(options.SendBurstBytes / Overdraft.BytesPerMessage);

    public int Kept => _kept.Count;

    public SendQueue Take() => _kept.TryPop(out var queue) ? queue : new SendQueue(options.SendQueueMessages, options.SendQueueBytes, _overdraft);

    /// <param name="queue">Empty.</param>
    public void PutBack(SendQueue queue)
    {
        if (_kept.Count >= MostKept) return;
        if (queue.Slots > MostSlots) queue.Clear();
        _kept.Push(queue);
    }
}
