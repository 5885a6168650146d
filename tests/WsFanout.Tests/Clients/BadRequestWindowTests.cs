using WsFanout.Clients;

namespace WsFanout.Tests.Clients;

/// <summary>Fifty bad requests within any sixty seconds are too many, wherever the sixty seconds begin.</summary>
public sealed class BadRequestWindowTests
{
    private readonly TestClock _clock = new();

    [Fact]
    public void The_fiftieth_within_a_minute_is_one_too_many()
    {
        var client = NewClient();

        Assert.Equal(0, Count(client, 49));
        _clock.Advance(TimeSpan.FromSeconds(59.9));

        Assert.Equal(1, Count(client, 1));
    }

    [Fact]
    public void A_minute_is_any_minute()
    {
        var client = NewClient();
        Count(client, 1);
        _clock.Advance(TimeSpan.FromSeconds(59));

        Assert.Equal(0, Count(client, 48));
        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(1, Count(client, 2));
    }

    [Fact]
    public void Slow_mistakes_are_never_too_many()
    {
        var client = NewClient();
        var tooMany = 0;
        for (var i = 0; i < 500; i++)
        {
            tooMany += Count(client, 1);
            _clock.Advance(TimeSpan.FromSeconds(1.25));
        }

        Assert.Equal(0, tooMany);
    }

    private int Count(Offences client, int requests) => Enumerable.Range(0, requests).Count(_ => client.CountBadRequest(_clock.GetTimestamp()));

    private Offences NewClient() => new(_clock.TimestampFrequency);
}
