using WsFanout.Governor.Entry;

namespace WsFanout.Tests.Governor.Entry;

public sealed class ConnectionSlotsTests
{
    [Fact]
    public void There_are_exactly_as_many_places_as_the_limit_whoever_races_for_them()
    {
        var slots = new ConnectionSlots(50);
        var most = 0;

        Parallel.For(0, 100_000, _ =>
        {
            using var lease = slots.TryTake();
            InterlockedMax(ref most, slots.Taken);
        });

        Assert.InRange(most, 1, 50);
        Assert.Equal(0, slots.Taken);
    }

    [Fact]
    public void A_lease_gives_its_place_back_once()
    {
        var slots = new ConnectionSlots(1);
        var lease = slots.TryTake()!;
        Assert.Null(slots.TryTake());

        lease.Dispose();
        lease.Dispose();

        Assert.Equal(0, slots.Taken);
        Assert.NotNull(slots.TryTake());
        Assert.Null(slots.TryTake());
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
        {
            if (Interlocked.CompareExchange(ref target, value, seen) == seen) return;
        }
    }
}
