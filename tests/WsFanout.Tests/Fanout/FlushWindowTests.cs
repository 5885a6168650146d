using WsFanout.Fanout;

namespace WsFanout.Tests.Fanout;

public sealed class FlushWindowTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(500);

    private readonly TestClock _clock = new();

    [Fact]
    public void Who_has_time_to_spare_never_waits()
    {
        var window = new FlushWindow(Longest, _clock);

        for (var i = 0; i < 100; i++)
        {
            Deal(window, busyMs: 10, idleMs: 30);
            Assert.True(window.OpensAt <= _clock.GetTimestamp());
        }
    }

    [Fact]
    public void Who_does_nothing_else_waits_longest_and_no_longer()
    {
        var window = new FlushWindow(Longest, _clock);
        for (var i = 0; i < 100; i++) Deal(window, busyMs: 10, idleMs: 0);

        var wait = _clock.GetElapsedTime(_clock.GetTimestamp(), window.OpensAt);

        Assert.InRange(wait, Longest * 0.99, Longest);
    }

    [Fact]
    public void The_busier_the_longer()
    {
        var waits = new List<long>();
        foreach (var idleMs in new[] { 9, 7, 5, 0 })
        {
            var window = new FlushWindow(Longest, _clock);
            for (var i = 0; i < 100; i++) Deal(window, busyMs: 10, idleMs);
            waits.Add(window.OpensAt - _clock.GetTimestamp());
        }

        Assert.Equal(waits.Order(), waits);
        Assert.Equal(4, waits.Distinct().Count());
    }

    [Fact]
    public void Zero_means_never()
    {
        var window = new FlushWindow(TimeSpan.Zero, _clock);

        for (var i = 0; i < 100; i++) Deal(window, busyMs: 10, idleMs: 0);

        Assert.True(window.OpensAt <= _clock.GetTimestamp());
    }

    private void Deal(FlushWindow window, int busyMs, int idleMs)
    {
        _clock.Advance(TimeSpan.FromMilliseconds(idleMs));
        var started = _clock.GetTimestamp();
        _clock.Advance(TimeSpan.FromMilliseconds(busyMs));
        window.Dealt(started, _clock.GetTimestamp());
    }
}
