using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Tests.Clients;

public sealed class QueueShelfTests
{
    private static readonly Message Message = MessageEncoder.Encode(new Channel("a"), 1, 0, 0, "1"u8, 0);

    private readonly QueueShelf _shelf = new(new ClientOptions());
    private readonly Frame?[] _batch = new Frame?[64];

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(64)]
    public void A_burst_of_a_turn_after_the_other_allocates_nothing(int messages)
    {
        for (var i = 0; i < 10; i++) FillAndEmpty(messages);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) FillAndEmpty(messages);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024);
    }

    [Fact]
    public void A_flood_leaves_no_memory_behind()
    {
        var flooded = FillAndEmpty(200);

        Assert.InRange(flooded.Slots, 0, QueueShelf.MostSlots);
    }

    [Fact]
    public void A_crowd_that_waited_leaves_a_bounded_number_of_queues()
    {
        var queues = Enumerable.Range(0, 2_000).Select(_ => _shelf.Take()).ToList();

        foreach (var queue in queues) _shelf.PutBack(queue);

        Assert.Equal(QueueShelf.MostKept, _shelf.Kept);
    }

    private SendQueue FillAndEmpty(int messages)
    {
        var queue = _shelf.Take();
        for (var i = 0; i < messages; i++) queue.Add(Message);
        while (queue.Take(_batch, 1 << 20) > 0)
        {
        }

        _shelf.PutBack(queue);
        return queue;
    }
}
