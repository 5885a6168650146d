using System.Runtime.CompilerServices;
using System.Text;
using WsFanout.History;
using WsFanout.Messages;
using WsFanout.Telemetry;

namespace WsFanout.Tests.History;

/// <summary>What a History that starts over for another stream leaves behind.</summary>
public sealed class ClearedHistoryTests
{
    [Fact]
    public void A_message_held_over_the_start_of_another_stream_keeps_none_of_the_old_ones_alive()
    {
        using var meters = new Meters();
        var history = new MessageHistory(new HistoryOptions(), new HistoryMetrics(meters));
        var before = AddAndForget(history, "a", 1);
        var other = AddAndForget(history, "b", 2);
        var held = Add(history, "a", 3);
        var after = AddAndForget(history, "a", 4);

        history.Clear(new Position("e2", 100, 0));
        GC.Collect();

        Assert.False(before.IsAlive);
        Assert.False(other.IsAlive);
        Assert.False(after.IsAlive);
        GC.KeepAlive(held);
        GC.KeepAlive(history);
    }

    [Fact]
    public void Who_still_looks_at_an_old_channel_sees_that_nothing_of_it_is_held()
    {
        using var meters = new Meters();
        var history = new MessageHistory(new HistoryOptions(), new HistoryMetrics(meters));
        Add(history, "a", 6);
        Add(history, "a", 7);
        var channel = history.Find("a")!;

        history.Clear(new Position("e2", 100, 0));

        Assert.Null(channel.Newest);
        Assert.Equal(7, channel.EvictedSequence);
        Add(history, "a", 101);
        Assert.NotSame(channel, history.Find("a"));
        Assert.Equal(101, history.Find("a")!.Newest!.Sequence);
    }

    private static Message Add(MessageHistory history, string name, long sequence)
    {
        var channel = history.Channel(Encoding.UTF8.GetBytes(name));
        var message = MessageEncoder.Encode(channel, sequence, history.PreviousOn(channel), 1_000, "1"u8, 0);
        history.Add(channel, message);
        return message;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference AddAndForget(MessageHistory history, string name, long sequence) => new(Add(history, name, sequence));
}
