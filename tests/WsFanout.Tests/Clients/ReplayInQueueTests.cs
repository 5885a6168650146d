using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Tests.Clients;

/// <summary>A replay as one entry of a send queue.</summary>
public sealed class ReplayInQueueTests
{
    private static readonly Channel Channel = new("a");

    [Fact]
    public void What_comes_behind_it_leaves_only_when_it_is_over()
    {
        var queue = new SendQueue(10, 1 << 20);
        var (first, second) = (Frame.Text("1"u8), Frame.Text("2"u8));
        var replay = new Replay(Steps(first, null, second), isLookBack: false);
        var live = Message(9);
        queue.AddReplay(replay);
        queue.Add(live);

        Assert.Same(replay, queue.Unready);
        Assert.Empty(Taken(queue));
        replay.Advance(1 << 20);
        Assert.Equal([first], Taken(queue));
        Assert.Same(replay, queue.Unready);
        replay.Advance(1 << 20);

        Assert.Equal([second, live], Taken(queue));
        Assert.Equal(0, queue.Count);
        Assert.False(queue.HasReplay);
    }

    [Fact]
    public void It_makes_no_more_ready_than_a_batch()
    {
        var replay = new Replay(Steps([.. Enumerable.Range(0, 100).Select(_ => Frame.Text(new byte[98]))]), isLookBack: false);

        replay.Advance(1000);

        Assert.Equal(10, replay.Ready.Count);
    }

    [Fact]
    public void It_counts_for_no_message_and_a_message_of_any_size_fits_behind_it()
    {
        var queue = new SendQueue(1, 1000);
        queue.AddReplay(new Replay(Steps(), isLookBack: false));

        Assert.Equal(SendOutcome.Queued, queue.Add(Message(1, 5_000)));
        Assert.Equal(SendOutcome.TooSlow, queue.Add(Message(2)));
    }

    [Fact]
    public void So_many_that_they_fill_the_queue_with_answers_are_too_many()
    {
        var queue = new SendQueue(1, SendQueue.ReplayBytes * 3);

        Assert.Equal(
            [SendOutcome.Queued, SendOutcome.Queued, SendOutcome.Queued, SendOutcome.TooSlow],
            Enumerable.Range(0, 4).Select(_ => queue.AddReplay(new Replay(Steps(), isLookBack: false))));
    }

    [Fact]
    public void When_it_is_dropped_everything_behind_it_goes_with_it()
    {
        var queue = new SendQueue(3, 1 << 20);
        var (before, answer) = (Message(1), Frame.Text("2"u8));
        queue.Add(before);
        queue.AddAnswer(answer);
        queue.AddReplay(new Replay(Steps(Frame.Text("3"u8)), isLookBack: true));
        queue.Add(Message(4));
        queue.AddAnswer(Frame.Text("5"u8));
        queue.AddReplay(new Replay(Steps(), isLookBack: false));
        queue.Add(Message(6));
        Assert.True(queue.HasLookBack);

        Assert.Equal(2, queue.DropFromReplay());

        Assert.Equal((1, (long)(before.Length + answer.Length)), (queue.Messages, queue.Bytes));
        Assert.Equal([before, answer], Taken(queue));
        Assert.False(queue.HasLookBack || queue.HasReplay);
    }

    private static List<Frame> Taken(SendQueue queue)
    {
        var batch = new Frame?[100];
        return [.. batch.Take(queue.Take(batch, 1 << 20)).Select(frame => frame!)];
    }

    private static IEnumerator<Frame?> Steps(params Frame?[] frames) => ((IEnumerable<Frame?>)frames).GetEnumerator();

    private static Message Message(long sequence, int payloadBytes = 1) =>
        MessageEncoder.Encode(Channel, sequence, 0, 0, Enumerable.Repeat((byte)'1', payloadBytes).ToArray(), 0);
}
