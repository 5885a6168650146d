using WsFanout.Nats.Protocol;

namespace WsFanout.Nats.Tests.Protocol;

public sealed class PingLineTests
{
    [Fact]
    public void Each_is_answered_by_a_pong_of_its_own_in_order_and_one_too_many_counts_for_nothing()
    {
        using var outbox = new Outbox();
        var pings = new PingLine(outbox);
        pings.Answered();
        var (first, second) = (pings.TrySend()!, pings.TrySend()!);

        pings.Answered();
        Assert.Equal((true, false), (first.IsCompleted, second.IsCompleted));
        pings.Answered();
        Assert.True(second.IsCompleted);
    }

    [Fact]
    public async Task Where_too_much_waits_to_be_sent_it_has_to_be_tried_again()
    {
        using var outbox = new Outbox();
        var pings = new PingLine(outbox);
        outbox.TryAppend("PUB a 1\r\n"u8, default, new byte[(2 * Outbox.MaxPendingBytes) + 1], body: true);
        Assert.Null(pings.TrySend());

        await outbox.TakeAsync();

        Assert.NotNull(pings.TrySend());
    }

    [Fact]
    public void Its_end_answers_all_that_wait_and_all_that_come()
    {
        using var outbox = new Outbox();
        var pings = new PingLine(outbox);
        var waiting = pings.TrySend()!;

        pings.End();
        outbox.End();

        Assert.True(waiting.IsCompleted);
        Assert.True(pings.TrySend() is { IsCompleted: true });
    }
}
