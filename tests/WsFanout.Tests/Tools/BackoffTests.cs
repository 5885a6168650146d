using WsFanout.Tools;

namespace WsFanout.Tests.Tools;

public sealed class BackoffTests
{
    [Fact]
    public void Pauses_lie_between_nothing_and_a_bound_that_doubles_up_to_the_cap()
    {
        var backoff = new Backoff(new AlmostOne(), TimeSpan.FromSeconds(3));

        var pauses = Enumerable.Range(0, 6).Select(_ => backoff.Next().TotalSeconds).ToList();

        Assert.Equal([0.45, 0.9, 1.8, 2.7, 2.7, 2.7], pauses.Select(pause => Math.Round(pause, 3)));
    }

    [Fact]
    public void After_success_the_next_failure_is_a_first_one()
    {
        var backoff = new Backoff(new AlmostOne(), TimeSpan.FromSeconds(30));
        for (var i = 0; i < 100; i++) backoff.Next();

        backoff.Reset();

        Assert.Equal(0.45, backoff.Next().TotalSeconds, 3);
    }

    private sealed class AlmostOne : Random
    {
        public override double NextDouble() => 0.9;
    }
}
