using WsFanout.Fanout;

namespace WsFanout.Tests.Fanout;

public sealed class ReturnSlotsTests
{
    [Theory]
    [InlineData(10_000, 2_500.0, 4.0)]
    [InlineData(10_000, 100.0, 100.0)]
    [InlineData(50, 2_500.0, 1.0)]
    [InlineData(0, 2_500.0, 1.0)]
    [InlineData(1_000_000, 10.0, 600.0)]
    public void The_window_is_as_long_as_a_successor_needs_to_take_all_in(int clients, double perSecond, double seconds) =>
        Assert.Equal(seconds, new ReturnSlots(clients, perSecond).Window.TotalSeconds);

    [Fact]
    public void Each_gets_a_slot_of_its_own_in_the_order_of_the_goodbyes()
    {
        var slots = new ReturnSlots(1_000, 100);

        var given = Enumerable.Range(0, 1_000).Select(_ => slots.NextMs()).ToArray();

        Assert.Equal(Enumerable.Range(0, 1_000), given.Select(retry => retry / 10));
        Assert.True(given.Select(retry => retry % 10).Distinct().Count() > 1, "a slot's moment should be random");
    }

    [Fact]
    public void More_than_were_counted_share_the_window()
    {
        var slots = new ReturnSlots(10, 10);

        var given = Enumerable.Range(0, 25).Select(_ => slots.NextMs()).ToArray();

        Assert.All(given, retry => Assert.InRange(retry, 0, 999));
    }
}
