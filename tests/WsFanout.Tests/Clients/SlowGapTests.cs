using System.Text.Json.Nodes;
using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Tests.Clients;

/// <summary>A full queue whose oldest messages leave: what is told in their place.</summary>
public sealed class SlowGapTests
{
    private static readonly Channel Channel = new("a");

    [Fact]
    public void The_oldest_messages_leave_and_neighbours_share_one_gap_in_their_place()
    {
        var queue = new SendQueue(3, 1 << 20);
        for (var sequence = 1; sequence <= 5; sequence++) queue.AddDroppingOldest(Message(sequence));

        Assert.Equal(["gap 1-2", "3", "4", "5"], Rest(queue));
    }

    [Fact]
    public void An_answer_between_two_messages_that_leave_parts_their_gaps()
    {
        var queue = new SendQueue(2, 1 << 20);
        queue.Add(Message(1));
        queue.AddAnswer(Frame.Text("{\"type\":\"pong\"}"u8));
        queue.Add(Message(2));

        Assert.Equal((1, 1), queue.AddDroppingOldest(Message(3)));
        Assert.Equal((1, 1), queue.AddDroppingOldest(Message(4)));
        Assert.Equal((1, 0), queue.AddDroppingOldest(Message(5)));

        Assert.Equal(["gap 1-1", "pong", "gap 2-3", "4", "5"], Rest(queue));
    }

    [Fact]
    public void Where_only_answers_wait_a_message_without_room_leaves_at_once()
    {
        var queue = new SendQueue(10, 100);
        queue.AddAnswer(Frame.Text(new byte[70]));

        Assert.Equal((1, 1), queue.AddDroppingOldest(Message(1)));
        Assert.Equal((1, 0), queue.AddDroppingOldest(Message(2)));

        var batch = new Frame?[10];
        Assert.Equal(2, queue.Take(batch, 1 << 20));
        Assert.Equal("gap 1-2", Text(batch[1]!));
    }

    [Fact]
    public void A_gap_that_has_been_looked_at_and_not_taken_still_grows()
    {
        var queue = new SendQueue(1, 1 << 20);
        queue.AddDroppingOldest(Message(1));
        queue.AddDroppingOldest(Message(2));
        queue.Peek(new Frame?[4], 1 << 20);

        queue.AddDroppingOldest(Message(3));

        Assert.Equal(["gap 1-2", "3"], Rest(queue));
    }

    [Fact]
    public void Whatever_happens_each_message_leaves_once_in_order_as_itself_or_in_a_gap()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var queue = new SendQueue(random.Next(1, 12), random.Next(80, 2_000));
            var batch = new Frame?[6];
            var dropped = 0;
            var gaps = 0;
            var seen = new List<string>();
            for (var sequence = 1; sequence <= 200; sequence++)
            {
                var (left, told) = queue.AddDroppingOldest(Message(sequence, random.Next(1, 200)));
                dropped += left;
                gaps += told;
                if (random.Next(6) == 0) queue.AddAnswer(Frame.Text("{\"type\":\"pong\"}"u8));
                if (random.Next(9) == 0) seen.AddRange(batch.Take(queue.Take(batch, 500)).Select(frame => Text(frame!)));
            }

            seen.AddRange(Rest(queue));
            AssertWhole(seen, dropped, gaps, $"seed {seed}, round {round}");
            Assert.Equal((0, 0, 0L), (queue.Count, queue.Messages, queue.Bytes));
        }
    }

    private static void AssertWhole(List<string> seen, int dropped, int gaps, string where)
    {
        var next = 1;
        var missing = 0;
        var told = 0;
        foreach (var text in seen.Where(text => text != "pong"))
        {
            var range = text.StartsWith("gap ", StringComparison.Ordinal) ? text[4..].Split('-').Select(int.Parse).ToArray() : [int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)];
            Assert.True(range[0] == next, $"{where}: {text} came where {next} was due");
            next = range[^1] + 1;
            if (range.Length == 1) continue;
            missing += range[1] - range[0] + 1;
            told++;
        }

        Assert.True(next == 201, $"{where}: the last that came was {next - 1}");
        Assert.True(missing == dropped, $"{where}: {dropped} were counted as dropped, {missing} lie in gaps");
        Assert.True(told == gaps, $"{where}: {gaps} gaps were counted, {told} told");
    }

    private static List<string> Rest(SendQueue queue)
    {
        var texts = new List<string>();
        var batch = new Frame?[3];
        for (int taken; (taken = queue.Take(batch, 1 << 20)) > 0;) texts.AddRange(batch.Take(taken).Select(frame => Text(frame!)));
        return texts;
    }

    private static string Text(Frame frame)
    {
        var json = JsonNode.Parse(frame.Payload.Span)!;
        return json["type"]!.GetValue<string>() switch
        {
            "gap" => $"gap {json["from"]}-{json["to"]}",
            "message" => json["seq"]!.ToString(),
            var type => type,
        };
    }

    private static Message Message(long sequence, int payloadBytes = 1) =>
        MessageEncoder.Encode(Channel, sequence, 0, 0, Enumerable.Repeat((byte)'1', payloadBytes).ToArray(), 0);
}
