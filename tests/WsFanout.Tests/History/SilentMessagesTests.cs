using System.Text;
using WsFanout.History;
using WsFanout.Messages;
using WsFanout.Telemetry;

namespace WsFanout.Tests.History;

/// <summary>The newest of channels that have been silent for longer than the window, as a start reads them: held for `last`, within the same bounds.</summary>
public sealed class SilentMessagesTests : IDisposable
{
    private const long Floor = 100;

    private readonly Meters _meters = new();

    public void Dispose() => _meters.Dispose();

    [Fact]
    public void They_are_held_beside_the_log_and_leave_it_when_their_channel_speaks()
    {
        var history = New(new HistoryOptions());
        AddSilent(history, "a", 40);
        AddSilent(history, "b", 50);

        Assert.Equal(((long?)40, (long?)50, Floor), (Newest(history, "a"), Newest(history, "b"), history.Floor));
        Assert.Equal(0, history.Window.Log.First.Count);
        Add(history, "a", 101);

        var channel = history.Find("a")!;
        Assert.Equal((101L, 40L, 1), (channel.Newest!.Sequence, channel.EvictedSequence, channel.Count));
        Assert.Null(channel.Newest.Older);
        Assert.Equal(channel.Newest, channel.Oldest);
    }

    [Fact]
    public void Far_more_than_the_byte_bound_takes_leaves_the_latest_and_what_comes_then_drives_out_the_oldest_first()
    {
        var one = New(new HistoryOptions());
        AddSilent(one, "c.50", 50);
        var most = one.Bytes * 10;
        var history = New(new HistoryOptions { MaxBytes = most });

        for (var sequence = 11; sequence <= 99; sequence++)
        {
            AddSilent(history, $"c.{sequence}", sequence);
            Assert.True(history.Bytes <= most);
        }

        Assert.Equal(Enumerable.Range(90, 10).Select(i => (long)i), HeldIn(history));
        Add(history, "d.01", 101, length: 2);
        Assert.Equal([.. Enumerable.Range(91, 9).Select(i => (long)i), 101], HeldIn(history));
        Assert.Equal(most, history.Bytes);
    }

    [Fact]
    public void Far_more_channels_than_are_remembered_leave_the_latest_and_raise_no_floor_above_the_window_s()
    {
        var history = New(new HistoryOptions { MaxChannels = 5 });

        for (var sequence = 11; sequence <= 99; sequence++) AddSilent(history, $"c.{sequence}", sequence);
        Add(history, "d", 101);

        Assert.Equal([96L, 97, 98, 99, 101], HeldIn(history));
        Assert.Equal((95L, Floor), (history.ForgottenFloor, history.Floor));
        Assert.Equal(HeldIn(history).Count, history.Window.Channels.Count());
    }

    [Fact]
    public void Those_that_grow_too_old_later_are_kept_behind_them()
    {
        var one = New(new HistoryOptions());
        AddSilent(one, "c.50", 50);
        var history = New(new HistoryOptions { MaxAge = TimeSpan.FromSeconds(10), MaxBytes = one.Bytes * 3 });
        AddSilent(history, "c.10", 10);
        AddSilent(history, "c.20", 20);
        Add(history, "d.01", 101, atMs: 2_000, length: 2);

        history.EvictByAge(60_000);
        Add(history, "d.02", 102, atMs: 60_000);
        Add(history, "d.03", 103, atMs: 60_000);

        Assert.Equal([101L, 102, 103], HeldIn(history));
    }

    [Fact]
    public void A_later_one_of_the_same_channel_takes_the_place_of_the_earlier()
    {
        var history = New(new HistoryOptions());
        AddSilent(history, "a", 40);
        AddSilent(history, "b", 50);
        var bytes = history.Bytes;

        AddSilent(history, "a", 60);

        Assert.Equal([50L, 60], HeldIn(history));
        Assert.Equal((bytes, 1), (history.Bytes, history.Find("a")!.Count));
    }

    [Fact]
    public void The_next_names_it_unless_it_is_doubted()
    {
        var history = New(new HistoryOptions());
        AddSilent(history, "a", 40);
        Assert.Equal(40, history.PreviousOn(history.Channel("a"u8)));

        history.Doubt();

        Assert.Equal(0, history.PreviousOn(history.Channel("a"u8)));
        Add(history, "a", 101);
        Assert.Equal(101, history.PreviousOn(history.Channel("a"u8)));
    }

    [Fact]
    public void Another_stream_holds_none_of_them()
    {
        var history = New(new HistoryOptions());
        AddSilent(history, "a", 40);
        var channel = history.Find("a")!;

        history.Clear(new Position("e2", 7, 0));

        Assert.Null(history.Find("a"));
        Assert.Null(channel.Newest);
        Assert.Equal(0, history.Bytes);
    }

    private MessageHistory New(HistoryOptions options)
    {
        var history = new MessageHistory(options, new HistoryMetrics(_meters));
        history.Clear(new Position("e1", Floor, 1_000));
        return history;
    }

    private static void AddSilent(MessageHistory history, string name, long sequence)
    {
        var channel = history.Channel(Encoding.UTF8.GetBytes(name));
        history.AddSilent(channel, MessageEncoder.Encode(channel, sequence, 0, 500, "1111"u8, 0));
    }

    /// <param name="length">Of the payload; one number in a frame is a digit longer than those of the silent ones, and so is one name.</param>
    private static void Add(MessageHistory history, string name, long sequence, long atMs = 1_000, int length = 1)
    {
        var channel = history.Channel(Encoding.UTF8.GetBytes(name));
        history.Add(channel, MessageEncoder.Encode(channel, sequence, 0, atMs, Encoding.UTF8.GetBytes(new string('1', length)), 0));
    }

    private static long? Newest(MessageHistory history, string name) => history.Find(name)?.Newest?.Sequence;

    private static List<long> HeldIn(MessageHistory history) =>
        [.. history.Window.Channels.Where(channel => channel.Newest is not null).Select(channel => channel.Newest!.Sequence).Order()];
}
