using WsFanout.Clients;

namespace WsFanout.Tests.Clients;

public sealed class TimingWheelTests
{
    private const long Tick = 10;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_is_scheduled_moved_and_removed_everybody_is_taken_once_and_not_early(int seed)
    {
        var random = new Random(seed);
        var wheel = new TimingWheel<Entry>(16, Tick, now: 1_000);
        var entries = Enumerable.Range(0, 200).Select(_ => new Entry()).ToArray();
        for (var now = 1_000L; now < 6_000; now += random.Next(1, 40))
        {
            for (var times = random.Next(20); times > 0; times--)
            {
                var entry = entries[random.Next(entries.Length)];
                if (random.Next(4) == 0)
                {
                    wheel.Remove(entry);
                    entry.DueAt = null;
                }
                else
                {
                    entry.DueAt = now + random.Next(0, 11 * (int)Tick);
                    wheel.Schedule(entry, entry.DueAt.Value);
                }
            }

            while (wheel.TakeDue(now) is { } due)
            {
                Assert.True(due.DueAt <= now, $"seed {seed}: due at {due.DueAt}, taken at {now}");
                due.DueAt = null;
            }

            Assert.DoesNotContain(entries, entry => entry.DueAt <= now - (2 * Tick));
        }
    }

    [Fact]
    public void What_lies_further_ahead_than_the_wheel_turns_is_looked_at_once_a_turn()
    {
        var wheel = new TimingWheel<Entry>(16, Tick, now: 0);
        var entry = new Entry();
        wheel.Schedule(entry, 1_000);

        Assert.Null(wheel.TakeDue(159));
        Assert.Same(entry, wheel.TakeDue(160));
        Assert.Null(wheel.TakeDue(5_000));
    }

    [Fact]
    public void After_a_long_standstill_everybody_is_taken_in_one_go()
    {
        var wheel = new TimingWheel<Entry>(16, Tick, now: 0);
        foreach (var at in Enumerable.Range(1, 100)) wheel.Schedule(new Entry(), at);

        var taken = 0;
        while (wheel.TakeDue(1_000_000) is not null) taken++;

        Assert.Equal(100, taken);
        Assert.InRange(wheel.NextAt, 1_000_000, 1_000_010);
    }

    private sealed class Entry : ITimed
    {
        public WheelPlace WheelPlace { get; set; }

        public long? DueAt { get; set; }
    }
}
