using System.Text;
using System.Text.Json.Nodes;
using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Tests.Clients;

/// <summary>A queue that is closed at any moment, its replays unfinished: no frame that still leaves speaks of more than what left before it.</summary>
public sealed class DroppedReplayTests
{
    private static readonly Channel Channel = new("a");

    [Fact]
    public void Whatever_waits_no_frame_that_is_sent_claims_a_position_above_a_message_that_was_dropped()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 2_000; round++)
        {
            var queue = new SendQueue(random.Next(2, 12), 1 << 20);
            var sent = new List<JsonNode>();
            var waiting = new List<JsonNode>();
            var (sequence, left) = (0, 0);
            for (var steps = random.Next(1, 60); steps > 0; steps--)
            {
                switch (random.Next(8))
                {
                    case 0 or 1 or 2:
                        left += queue.AddDroppingOldest(MessageEncoder.Encode(Channel, ++sequence, 0, 0, "1"u8, 0)).Dropped;
                        break;
                    case 3:
                        queue.AddAnswer(Position("sync", sequence));
                        break;
                    case 4:
                        queue.AddAnswer(Answer("error"));
                        break;
                    case 5:
                        queue.AddReplay(RandomReplay(random, sequence));
                        break;
                    case 6:
                        queue.Unready?.Advance(random.Next(1, 300));
                        queue.RemoveFinished();
                        break;
                    default:
                        Take(queue, sent, 1 + random.Next(3));
                        break;
                }
            }

            if (!queue.HasReplay) Look(queue, waiting);
            var (messages, hadReplay) = (queue.Messages, queue.HasReplay);
            var dropped = queue.DropFromReplay();
            var kept = queue.Messages;
            queue.AddAnswer(Answer("bye"));
            var before = sent.Count;
            while (queue.Count > 0) Take(queue, sent, 5);

            var where = $"seed {seed}, round {round}";
            AssertNothingIsSkipped(sent, where);
            Assert.True(dropped == messages - kept, $"{where}: {messages} messages waited, {kept} stayed, {dropped} were counted as dropped");
            Assert.True(sent.Skip(before).Count(IsLive) == kept, $"{where}: {kept} messages stayed and others left");
            Assert.True(sent.Count(IsLive) + left + dropped == sequence, $"{where}: {sequence} messages, {left} left by overflow, {dropped} were dropped, {sent.Count(IsLive)} sent");
            if (!hadReplay) Assert.Equal([.. waiting.Select(frame => frame.ToJsonString()), """{"type":"bye"}"""], sent.Skip(before).Select(frame => frame.ToJsonString()));
            Assert.Equal((0, 0, 0L, 0, false), (queue.Count, queue.Messages, queue.Bytes, queue.Replays, queue.HasLookBack));
        }
    }

    /// <summary>Each message and each position covers all messages up to it: they came before it, as themselves or in a gap.</summary>
    private static void AssertNothingIsSkipped(List<JsonNode> sent, string where)
    {
        var covered = 0;
        foreach (var frame in sent)
        {
            switch (frame["type"]!.GetValue<string>())
            {
                case "message":
                    Assert.True(Number(frame, "seq") == covered + 1, $"{where}: message {frame["seq"]} came where {covered + 1} was due");
                    covered++;
                    break;
                case "gap":
                    Assert.True(Number(frame, "from") == covered + 1, $"{where}: a gap from {frame["from"]} came where {covered + 1} was due");
                    covered = Number(frame, "to");
                    break;
                case "sync":
                    Assert.True(Number(frame, "seq") <= covered, $"{where}: a sync says {frame["seq"]}, and what left before it ends at {covered}");
                    break;
            }
        }
    }

    /// <summary>A look-back in its brackets, or a resume with its sync, of up to four messages.</summary>
    private static Replay RandomReplay(Random random, int mark)
    {
        var frames = Enumerable.Repeat<Frame?>(Answer("replayed"), random.Next(5)).ToList();
        if (random.Next(2) == 0) frames.Insert(random.Next(frames.Count + 1), null);
        var isLookBack = random.Next(2) == 0;
        frames.Insert(0, Answer(isLookBack ? "replay_begin" : "subscription_ack"));
        frames.Add(isLookBack ? Answer("replay_complete") : Position("sync", mark));
        return new Replay(frames.GetEnumerator(), isLookBack);
    }

    private static void Take(SendQueue queue, List<JsonNode> sent, int most)
    {
        var batch = new Frame?[most];
        var taken = queue.Take(batch, 1 << 20);
        sent.AddRange(batch.Take(taken).Select(Read));
    }

    private static void Look(SendQueue queue, List<JsonNode> waiting)
    {
        var batch = new Frame?[100];
        var seen = queue.Peek(batch, 1 << 20);
        waiting.AddRange(batch.Take(seen).Select(Read));
    }

    private static JsonNode Read(Frame? frame) => JsonNode.Parse(frame!.Payload.Span)!;

    private static bool IsLive(JsonNode frame) => frame["type"]!.GetValue<string>() == "message";

    private static int Number(JsonNode frame, string name) => frame[name]!.GetValue<int>();

    private static Frame Position(string type, int sequence) => Frame.Text(Encoding.UTF8.GetBytes($$"""{"type":"{{type}}","seq":{{sequence}}}"""));

    private static Frame Answer(string type) => Frame.Text(Encoding.UTF8.GetBytes($$"""{"type":"{{type}}"}"""));
}
