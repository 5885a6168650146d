using System.Runtime.CompilerServices;
using System.Text;
using WsFanout.History;
using WsFanout.Messages;
using WsFanout.Telemetry;

namespace WsFanout.Tests.History;

public sealed class MessageHistoryTests
{
    [Fact]
    public void A_channel_keeps_its_newest_messages()
    {
        var history = New(new HistoryOptions { MessagesPerChannel = 3 });

        for (var sequence = 1; sequence <= 5; sequence++) Add(history, "a", sequence);

        Assert.Equal([5, 4, 3], Held(history, "a"));
        Assert.Equal(2, history.Find("a")!.EvictedSequence);
    }

    [Fact]
    public void What_is_older_than_the_window_leaves_but_for_the_newest_of_its_channel()
    {
        var history = New(new HistoryOptions { MaxAge = TimeSpan.FromSeconds(10) });
        Add(history, "a", 1, atMs: 1_000);
        Add(history, "a", 2, atMs: 2_000);
        Add(history, "b", 3, atMs: 3_000);

        history.EvictByAge(20_000);

        Assert.Equal([2], Held(history, "a"));
        Assert.Equal([3], Held(history, "b"));
        Add(history, "a", 4, atMs: 21_000);
        Assert.Equal([4], Held(history, "a"));
        Assert.Equal(2, history.Find("a")!.EvictedSequence);
    }

    [Fact]
    public void Above_the_byte_bound_the_oldest_of_all_channels_leave()
    {
        var one = New(new HistoryOptions());
        Add(one, "a", 1);
        var history = New(new HistoryOptions { MaxBytes = one.Bytes * 3 });

        for (var sequence = 1; sequence <= 5; sequence++) Add(history, sequence % 2 == 0 ? "a" : "b", sequence);

        Assert.Equal([4], Held(history, "a"));
        Assert.Equal([5, 3], Held(history, "b"));
        Assert.True(history.Bytes <= one.Bytes * 3);
    }

    [Fact]
    public void Above_the_number_of_channels_the_longest_silent_is_forgotten_and_its_last_number_remembered()
    {
        var history = New(new HistoryOptions { MaxChannels = 2 });
        Add(history, "a", 1);
        Add(history, "b", 2);
        Add(history, "a", 3);

        Add(history, "c", 4);

        Assert.Null(history.Find("b"));
        Assert.Equal(2, history.ForgottenFloor);
        Assert.Equal([3, 1], Held(history, "a"));
        Assert.Equal(0, history.PreviousOn(history.Channel("b"u8)));
    }

    [Fact]
    public void The_number_before_is_vouched_for_until_the_stream_jumps()
    {
        var history = New(new HistoryOptions());
        Assert.Equal(0, history.PreviousOn(history.Channel("a"u8)));
        Add(history, "a", 1);
        Assert.Equal(1, history.PreviousOn(history.Channel("a"u8)));

        history.Add(Hole.Between(2, 5, 0));

        Assert.Equal(0, history.PreviousOn(history.Channel("a"u8)));
        Add(history, "a", 6);
        Assert.Equal(6, history.PreviousOn(history.Channel("a"u8)));
    }

    [Fact]
    public void A_hole_that_is_no_longer_remembered_raises_the_floor()
    {
        var history = New(new HistoryOptions { MaxAge = TimeSpan.FromSeconds(10) });
        history.Add(Hole.Between(2, 5, 1_000));
        history.Add(Hole.Between(8, 9, 30_000));

        history.EvictByAge(20_000);

        Assert.Equal(5, history.Floor);
        Assert.Equal([8], history.Holes.Select(hole => hole.From));
        for (var i = 0; i < HoleList.Capacity; i++) history.Add(Hole.Between(100 + (2 * i), 100 + (2 * i), 30_000));
        Assert.Equal(9, history.Floor);
        Assert.Equal(HoleList.Capacity, history.Holes.Count);
    }

    [Fact]
    public void Another_stream_starts_with_nothing()
    {
        var history = New(new HistoryOptions());
        Add(history, "a", 7);

        history.Clear(new Position("e2", 100, 0));

        Assert.Null(history.Find("a"));
        Assert.Equal((0L, 100L), (history.Bytes, history.Floor));
        Assert.Equal(0, history.PreviousOn(history.Channel("a"u8)));
    }

    [Fact]
    public void A_message_that_somebody_still_holds_keeps_no_neighbour_alive()
    {
        var history = New(new HistoryOptions { MessagesPerChannel = 1 });
        var held = Add(history, "a", 1);
        var neighbour = AddAndForget(history, "a", 2);

        Add(history, "a", 3);
        GC.Collect();

        Assert.Null(held.Newer);
        Assert.Null(held.Older);
        Assert.False(neighbour.IsAlive);
        GC.KeepAlive(held);
    }

    [Fact]
    public void Random_traffic_leaves_exactly_what_a_naive_history_keeps()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var options = new HistoryOptions { MessagesPerChannel = 4, MaxAge = TimeSpan.FromSeconds(5), MaxBytes = 20_000, MaxChannels = 1000 };
        var history = New(options);
        var naive = new List<Message>();
        var now = 1_000_000L;
        for (var sequence = 1; sequence <= 40; sequence++)
        {
            naive.Add(AddSilent(history, $"c{sequence}", sequence, random.Next(1, 400)));
            Trim(naive, naive[^1], options);
        }

        for (var sequence = 41; sequence <= 5_000; sequence++)
        {
            now += random.Next(0, 200);
            var message = Add(history, $"c{random.Next(20)}", sequence, now, random.Next(1, 400));
            naive.Add(message);
            Trim(naive, message, options);

            if (sequence % 50 != 0) continue;
            for (var channel = 0; channel <= 40; channel++)
            {
                var expected = naive.Where(one => one.Channel.Name == $"c{channel}").Select(one => one.Sequence).Reverse();
                Assert.True(expected.SequenceEqual(Held(history, $"c{channel}")), $"seed {seed}, message {sequence}, channel c{channel}");
            }

            Assert.Equal(naive.Sum(one => (long)one.Length + MessageHistory.OverheadPerMessage), history.Bytes);
        }
    }

    private static void Trim(List<Message> naive, Message newest, HistoryOptions options)
    {
        var limit = newest.TimestampMs - (long)options.MaxAge.TotalMilliseconds;
        var ofChannel = naive.Where(one => one.Channel == newest.Channel).ToList();
        if (ofChannel.Count > options.MessagesPerChannel) naive.Remove(ofChannel[0]);
        naive.RemoveAll(one => one.TimestampMs < limit && naive.Last(other => other.Channel == one.Channel) != one);
        while (naive.Sum(one => (long)one.Length + MessageHistory.OverheadPerMessage) > options.MaxBytes) naive.RemoveAt(0);
    }

    private static MessageHistory New(HistoryOptions options) => new(options, new HistoryMetrics(new Meters()));

    private static Message Add(MessageHistory history, string name, long sequence, long atMs = 1_000, int payloadBytes = 3)
    {
        var channel = history.Channel(Encoding.UTF8.GetBytes(name));
        var message = MessageEncoder.Encode(channel, sequence, history.PreviousOn(channel), atMs, Encoding.UTF8.GetBytes(new string('1', payloadBytes)), 0);
        history.Add(channel, message);
        return message;
    }

    private static Message AddSilent(MessageHistory history, string name, long sequence, int payloadBytes = 3)
    {
        var channel = history.Channel(Encoding.UTF8.GetBytes(name));
        var message = MessageEncoder.Encode(channel, sequence, 0, 500, Encoding.UTF8.GetBytes(new string('1', payloadBytes)), 0);
        history.AddSilent(channel, message);
        return message;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference AddAndForget(MessageHistory history, string name, long sequence) => new(Add(history, name, sequence));

    private static List<long> Held(MessageHistory history, string name)
    {
        var held = new List<long>();
        for (var message = history.Find(name)?.Newest; message is not null; message = message.Older) held.Add(message.Sequence);
        return held;
    }
}
