using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Tests.Clients;

public sealed class SendQueueTests
{
    private static readonly Channel Channel = new("a");

    [Fact]
    public void Frames_come_out_in_the_order_they_went_in()
    {
        var queue = new SendQueue(1000, 1 << 20);
        var random = new Random(7);
        var expected = new Queue<Frame>();
        var batch = new Frame?[5];
        for (var round = 0; round < 2_000; round++)
        {
            if (random.Next(3) > 0)
            {
                Frame frame = random.Next(2) == 0 ? Message(round) : Frame.Text(new byte[10]);
                if (frame is Message message) queue.Add(message);
                else queue.AddAnswer(frame);
                expected.Enqueue(frame);
            }
            else
            {
                var taken = queue.Take(batch, 200);
                for (var i = 0; i < taken; i++) Assert.Same(expected.Dequeue(), batch[i]);
            }
        }

        Assert.Equal(expected.Count, queue.Count);
        Assert.Equal(expected.Sum(frame => (long)frame.Length), queue.Bytes);
        Assert.Equal(expected.Count(frame => frame is Message), queue.Messages);
    }

    [Fact]
    public void It_is_full_at_the_bound_of_messages_or_of_bytes_but_an_empty_one_takes_any_frame()
    {
        var byCount = new SendQueue(2, 1 << 20);
        var byBytes = new SendQueue(100, 300);

        Assert.Equal([SendOutcome.Queued, SendOutcome.Queued, SendOutcome.TooSlow], [byCount.Add(Message(1)), byCount.Add(Message(2)), byCount.Add(Message(3))]);
        Assert.Equal(SendOutcome.Queued, byBytes.Add(Message(1, payloadBytes: 5_000)));
        Assert.Equal(SendOutcome.TooSlow, byBytes.Add(Message(2)));
    }

    [Fact]
    public void Answers_fit_beside_a_full_load_of_messages_and_alone_up_to_the_byte_bound()
    {
        var queue = new SendQueue(1, 200);
        queue.Add(Message(1));

        Assert.Equal(SendOutcome.Queued, queue.AddAnswer(Frame.Text(new byte[50])));
        Assert.Equal(SendOutcome.TooSlow, queue.AddAnswer(Frame.Text(new byte[50])));
    }

    [Fact]
    public void A_batch_has_at_least_one_frame_and_then_what_fits()
    {
        var queue = new SendQueue(100, 1 << 20);
        for (var i = 0; i < 4; i++) queue.AddAnswer(Frame.Text(new byte[98]));
        var batch = new Frame?[10];

        Assert.Equal(1, queue.Take(batch, 10));
        Assert.Equal(2, queue.Take(batch, 250));
        Assert.Equal(1, queue.Take(batch, 250));
        Assert.Equal(0, queue.Take(batch, 250));
    }

    [Fact]
    public void Clearing_counts_the_messages()
    {
        var queue = new SendQueue(100, 1 << 20);
        queue.Add(Message(1));
        queue.AddAnswer(Frame.Text(new byte[5]));

        Assert.Equal(1, queue.Clear());
        Assert.Equal((0, 0, 0L), (queue.Count, queue.Messages, queue.Bytes));
    }

    private static Message Message(long sequence, int payloadBytes = 1) =>
        MessageEncoder.Encode(Channel, sequence, 0, 0, Enumerable.Repeat((byte)'1', payloadBytes).ToArray(), 0);
}
