using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Tests.Clients;

public sealed class OverdraftTests
{
    private static readonly Channel Channel = new("a");

    /// <summary>Two queues share one account, and whatever is done to them each comes to what a plain list says.</summary>
    [Fact]
    public void It_always_is_what_the_queues_hold_beyond_their_bounds()
    {
        const int max = 5;
        var random = new Random(11);
        var overdraft = new Overdraft(40);
        SendQueue[] queues = [new(max, 1 << 20, overdraft), new(max, 1 << 20, overdraft)];
        var batch = new Frame?[7];
        var sequence = 0;
        var most = 0L;
        for (var round = 0; round < 20_000; round++)
        {
            var queue = queues[random.Next(2)];
            switch (random.Next(40))
            {
                case < 22:
                    var message = Message(++sequence);
                    if (queue.Add(message) != SendOutcome.Queued)
                    {
                        if (queue.MayOverdraw) queue.AddBeyond(message);
                        else queue.AddDroppingOldest(message);
                    }

                    break;
                case < 26: queue.AddAnswer(Frame.Text(new byte[10])); break;
                case < 36: queue.Take(batch, random.Next(1, 400)); break;
                case 36: queue.DropToBounds(); break;
                case 37: queue.Clear(); break;
                default: Assert.Equal(queue.IsOverdrawn, queue.Messages > max); break;
            }

            Assert.Equal(queues.Sum(each => Math.Max(0, each.Messages - max)), overdraft.Messages);
            most = Math.Max(most, overdraft.Messages);
        }

        Assert.Equal(40, most);
    }

    [Fact]
    public void What_leaves_an_overdrawn_queue_is_told_in_its_place_and_answers_stay()
    {
        var queue = new SendQueue(3, 1 << 20, new Overdraft(100));
        for (var sequence = 1; sequence <= 10; sequence++)
        {
            if (queue.Add(Message(sequence)) != SendOutcome.Queued) queue.AddBeyond(Message(sequence));
            if (sequence is 2 or 6) queue.AddAnswer(Frame.Text(new byte[sequence]));
        }

        Assert.Equal((7, 3), queue.DropToBounds());

        Assert.Equal(["gap 1-2", "answer 2", "gap 3-6", "answer 6", "gap 7-7", "8", "9", "10"], Told(queue));
        Assert.Equal((0, 0), queue.DropToBounds());
    }

    [Fact]
    public void A_queue_that_has_overflowed_keeps_to_its_bounds_until_it_has_been_empty()
    {
        var queue = new SendQueue(2, 1 << 20, new Overdraft(100));
        for (var sequence = 1; sequence <= 2; sequence++) queue.Add(Message(sequence));
        Assert.True(queue.MayOverdraw);

        queue.AddDroppingOldest(Message(3));
        Assert.False(queue.MayOverdraw);

        Assert.Equal(3, queue.Take(new Frame?[10], 1 << 20));
        Assert.True(queue.MayOverdraw);
    }

    [Fact]
    public void Large_messages_overdraw_by_their_bytes_and_a_single_one_never_does()
    {
        var queue = new SendQueue(100, 1_000, new Overdraft(100));
        queue.Add(Message(1, 5_000));
        queue.AddAnswer(Frame.Text(new byte[900]));
        Assert.False(queue.IsOverdrawn);

        queue.AddBeyond(Message(2, 5_000));
        Assert.True(queue.IsOverdrawn);

        Assert.Equal((1, 1), queue.DropToBounds());
        Assert.Equal((1, false), (queue.Messages, queue.IsOverdrawn));
    }

    [Fact]
    public void The_memory_of_a_burst_goes_with_it_though_the_queue_is_never_empty()
    {
        var queue = new SendQueue(100, 1 << 30, new Overdraft(1_000_000));
        for (var sequence = 1; sequence <= 20_000; sequence++)
        {
            if (queue.Add(Message(sequence)) != SendOutcome.Queued) queue.AddBeyond(Message(sequence));
        }

        Assert.InRange(queue.Slots, 20_000, 65_536);
        while (queue.Count > 1) queue.RemoveFirst(1);

        Assert.InRange(queue.Slots, 1, QueueShelf.MostSlots);
    }

    private static Message Message(long sequence, int payloadBytes = 1) => MessageEncoder.Encode(Channel, sequence, 0, 1, new byte[payloadBytes].Select(_ => (byte)'1').ToArray(), 0);

    private static List<string> Told(SendQueue queue)
    {
        var batch = new Frame?[100];
        var taken = queue.Peek(batch, 1 << 20);
        return [.. batch.Take(taken).Select(frame => frame switch
        {
            Message message => $"{message.Sequence}",
            { } other when System.Text.Encoding.UTF8.GetString(other.Payload.Span) is var text && text.Contains("gap", StringComparison.Ordinal) => Gap(text),
            _ => $"answer {frame!.Payload.Length}",
        })];

        static string Gap(string text)
        {
            var gap = System.Text.Json.Nodes.JsonNode.Parse(text)!;
            return $"gap {gap["from"]}-{gap["to"]}";
        }
    }
}
