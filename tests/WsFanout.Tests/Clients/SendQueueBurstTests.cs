using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Tests.Clients;

public sealed class SendQueueBurstTests
{
    private static readonly Message Message = MessageEncoder.Encode(new Channel("a"), 1, 0, 0, "1"u8, 0);

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(64)]
    public void A_burst_of_a_turn_after_the_other_allocates_nothing(int messages)
    {
        var queue = new SendQueue(256, 1 << 20);
        var batch = new Frame?[64];
        for (var i = 0; i < 10; i++) FillAndEmpty(queue, batch, messages);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) FillAndEmpty(queue, batch, messages);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024);
    }

    [Fact]
    public void A_client_that_has_become_quiet_gives_the_slots_of_its_burst_back()
    {
        var queue = new SendQueue(256, 1 << 20);
        var batch = new Frame?[64];
        FillAndEmpty(queue, batch, 64);
        var afterBurst = queue.Slots;
        FillAndEmpty(queue, batch, 200);
        var afterFlood = queue.Slots;
        FillAndEmpty(queue, batch, 64);
        for (var i = 0; i < 7; i++) FillAndEmpty(queue, batch, 1);
        Assert.Equal(64, queue.Slots);
        FillAndEmpty(queue, batch, 1);

        Assert.Equal((64, 0, 0), (afterBurst, afterFlood, queue.Slots));
    }

    private static void FillAndEmpty(SendQueue queue, Frame?[] batch, int messages)
    {
        for (var i = 0; i < messages; i++) queue.Add(Message);
        while (queue.Take(batch, 1 << 20) > 0)
        {
        }
    }
}
