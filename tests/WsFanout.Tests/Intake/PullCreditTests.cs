using WsFanout.Fanout;
using WsFanout.Intake;
using WsFanout.Messages;

namespace WsFanout.Tests.Intake;

public sealed class PullCreditTests
{
    private static readonly Channel Channel = new("a");
    private readonly TestClock _clock = new();
    private readonly MessageSizes _sizes = new();

    [Fact]
    public void It_asks_for_a_batch_and_again_when_less_than_half_is_on_its_way()
    {
        var credit = New(new Ring(new FanoutOptions { RingMessages = 1000 }, 1), batch: 100);

        Open(credit, 100);
        Assert.Equal(100, credit.Wanted());
        credit.Asked(100);
        for (var i = 0; i < 50; i++) credit.Came(10);
        Assert.Equal(0, credit.Wanted());
        credit.Came(10);

        Assert.Equal(51, credit.Wanted());
        Assert.Equal(49, credit.Outstanding);
    }

    [Fact]
    public void It_never_asks_for_more_than_the_ring_has_room_for()
    {
        var random = new Random(11);
        var ring = new Ring(new FanoutOptions { RingMessages = 64 }, 1);
        var credit = New(ring, batch: 256);
        var read = 0L;
        for (var round = 0; round < 10_000; round++)
        {
            if (credit.Wanted() is var wanted and > 0) credit.Asked(wanted);
            for (var come = random.Next(credit.Outstanding + 1); come > 0; come--)
            {
                credit.Came(10);
                Assert.True(ring.TryAdd(Message(10)), $"round {round}: what was asked for must fit");
            }

            if (random.Next(3) == 0) ring.Advance(0, read += random.NextInt64(ring.Head - read + 1));
        }

        Assert.True(ring.Head > 1_000);
    }

    [Fact]
    public void Large_messages_make_small_batches()
    {
        var credit = New(new Ring(new FanoutOptions { RingMessages = 100_000, RingBytes = 1_000_000 }, 1), batch: 1000);
        credit.Asked(credit.Wanted());
        while (credit.Outstanding > 0) credit.Came(100_000);

        Assert.InRange(credit.Wanted(), 1, 11);
    }

    [Fact]
    public void A_ring_of_few_places_still_moves()
    {
        var ring = new Ring(new FanoutOptions { RingMessages = 4 }, 1);
        var credit = New(ring, batch: 10);

        Assert.Equal(1, credit.Wanted());
        ring.TryAdd(Message(10));
        Assert.Equal(0, credit.Wanted());
    }

    [Fact]
    public void A_request_that_ended_or_expired_no_longer_counts()
    {
        var credit = New(new Ring(new FanoutOptions { RingMessages = 1000 }, 1), batch: 100);
        credit.Asked(10);
        credit.Asked(20);
        credit.Came(1);

        credit.Ended();
        Assert.Equal(20, credit.Outstanding);
        _clock.Advance(TimeSpan.FromSeconds(10.5));
        credit.ForgetLate();
        Assert.Equal(20, credit.Outstanding);
        _clock.Advance(TimeSpan.FromSeconds(1));
        credit.ForgetLate();

        Assert.Equal(0, credit.Outstanding);
        credit.Ended();
        credit.Came(1);
        Assert.Equal(0, credit.Outstanding);
    }

    [Fact]
    public void It_begins_with_little_and_asks_for_one_more_with_each_that_comes()
    {
        var credit = New(new Ring(new FanoutOptions { RingMessages = 1000 }, 1), batch: 256);
        var asked = new List<int>();
        for (var round = 0; round < 6; round++)
        {
            asked.Add(credit.Wanted());
            credit.Asked(asked[^1]);
            while (credit.Outstanding > 0) credit.Came(10);
        }

        Assert.Equal([16, 32, 64, 128, 256, 256], asked);
    }

    [Fact]
    public void A_new_consumer_knows_how_large_the_stream_s_messages_are()
    {
        var ring = new Ring(new FanoutOptions { RingMessages = 10_000, RingBytes = 1L << 40 }, 1);
        Open(New(ring, batch: 256), 256, bytes: 4 << 20);

        var next = New(ring, batch: 256);

        Assert.Equal(4, next.Wanted());
    }

    [Fact]
    public void No_more_bytes_are_asked_for_than_a_broker_can_have_waiting()
    {
        var random = new Random(7);
        var credit = New(new Ring(new FanoutOptions { RingMessages = 10_000, RingBytes = 1L << 40 }, 1), batch: 1000);
        for (var round = 0; round < 2_000; round++)
        {
            if (credit.Wanted() is var wanted and > 0) credit.Asked(wanted);
            Assert.InRange(credit.Outstanding, 1, 1000);
            credit.Came(random.Next(900_000, 1_000_001));
            if (round > 20) Assert.True(credit.Outstanding * 1_000_000L <= 18L << 20, $"round {round}: {credit.Outstanding} are asked for");
        }
    }

    /// <summary>Lets so many come that the first, careful batches are over.</summary>
    private static void Open(PullCredit credit, int messages, int bytes = 10)
    {
        while (messages > 0)
        {
            credit.Asked(Math.Max(1, credit.Wanted()));
            for (; credit.Outstanding > 0; messages--) credit.Came(bytes);
        }
    }

    private PullCredit New(Ring ring, int batch) => new(ring, _sizes, batch, TimeSpan.FromSeconds(10), _clock);

    private static Message Message(int payloadBytes) => MessageEncoder.Encode(Channel, 1, 0, 0, Enumerable.Repeat((byte)'1', payloadBytes).ToArray(), 0);
}
