using WsFanout.Messages;

namespace WsFanout.Tests.Messages;

public sealed class StreamTailTests
{
    private readonly TestClock _clock = new();
    private Position _taken = Position.None;

    [Fact]
    public void Before_the_first_look_it_reaches_as_far_as_was_read()
    {
        var tail = New();
        _taken = new Position("e", 7, 1);

        Assert.Equal(new StreamEnd("e", 7, 0), tail.End);
    }

    [Fact]
    public void It_reaches_as_far_as_a_look_found_or_further_when_more_has_come_since()
    {
        var tail = New();
        _taken = new Position("e", 7, 1);
        tail.Saw("e", 10, 5);
        Assert.Equal(new StreamEnd("e", 10, 5), tail.End);

        _taken = new Position("e", 12, 1);

        Assert.Equal(new StreamEnd("e", 12, 5), tail.End);
    }

    [Fact]
    public void A_look_that_finds_another_stream_counts_before_a_message_of_it_was_read()
    {
        var tail = New();
        _taken = new Position("e", 100, 1);

        tail.Saw("f", 3, 5);

        Assert.Equal(new StreamEnd("f", 3, 5), tail.End);
    }

    [Fact]
    public void A_look_that_began_earlier_does_not_undo_a_newer_one()
    {
        var tail = New();
        tail.Saw("e", 3, 20);

        tail.Saw("e", 150, 10);

        Assert.Equal(new StreamEnd("", 3, 20) with { Epoch = "e" }, tail.End);
    }

    [Fact]
    public void Of_a_stream_of_its_own_the_server_always_knows_the_end()
    {
        var tail = new StreamTail(() => _taken, _clock, isWhole: true);
        _taken = new Position("e", 7, 1);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(new StreamEnd("e", 7, _clock.GetTimestamp()), tail.End);
    }

    [Fact]
    public void A_wish_for_a_look_is_taken_once()
    {
        var tail = New();
        Assert.False(tail.TakeWish());
        tail.WantLook();
        tail.WantLook();

        Assert.True(tail.TakeWish());
        Assert.False(tail.TakeWish());
    }

    private StreamTail New() => new(() => _taken, _clock, isWhole: false);
}
