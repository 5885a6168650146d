using WsFanout.Clients;
using WsFanout.Fanout.Replays;
using WsFanout.History;
using WsFanout.Messages;
using WsFanout.Telemetry;

namespace WsFanout.Tests.History;

/// <summary>Replays on other threads while the intake fills and empties the History at full speed.</summary>
public sealed class ReadersTests
{
    private const int Channels = 40;
    private const long Last = 300_000;

    [Fact]
    public async Task A_replay_misses_nothing_in_silence_while_messages_come_and_leave()
    {
        using var meters = new Meters();
        var metrics = new ClientMetrics(meters, ["client_left"], ["draining"], ["missing"]);
        var history = new MessageHistory(new HistoryOptions { MessagesPerChannel = 50, MaxAge = TimeSpan.FromSeconds(3), MaxChannels = Channels - 3 }, new HistoryMetrics(meters));
        history.Clear(new Position("e1", 0, 0));
        var stored = new string[Last + 1];
        var head = 0L;
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(() => Read(history, metrics, stored, () => Volatile.Read(ref head)), TaskCreationOptions.LongRunning)).ToArray();

        var random = new Random(5);
        for (var sequence = 1L; sequence <= Last; sequence++)
        {
            // Some channels are silent for long, so that they are kept past their age and forgotten.
            var name = $"c.{(random.Next(50) == 0 ? random.Next(Channels) : random.Next(Channels / 4))}";
            stored[sequence] = name;
            var channel = history.Channel(System.Text.Encoding.UTF8.GetBytes(name));
            history.Add(channel, MessageEncoder.Encode(channel, sequence, 0, sequence, "1"u8, 0));
            Volatile.Write(ref head, sequence);
        }

        var replays = await Task.WhenAll(readers);
        Assert.All(replays, count => Assert.True(count > 20, "there should have been replays meanwhile"));
    }

    private static int Read(MessageHistory history, ClientMetrics metrics, string[] stored, Func<long> head)
    {
        using var answers = new AnswerWriter();
        var random = new Random();
        var replays = 0;
        for (long mark; (mark = head()) < Last; replays++)
        {
            var since = Math.Max(0, mark - random.Next(1, 4_000));
            ReplayName name = random.Next(3) switch { 0 => new("c.*", true), 1 => new($"c.{random.Next(Channels)}", false), _ => new("c.1", false) };
            var range = new ReplayRange(history.Window, new ReplayNames([name]), ReplayNames.None, since, new Position("e1", mark, mark));
            var steps = new ReplayWriter(answers, metrics).Resume(range, null, new SubscriptionAck([name.Name], 1));
            var told = new List<Frame>();
            while (steps.MoveNext())
            {
                if (steps.Current is { } frame) told.Add(frame);
            }

            Check(told, name, since, mark, stored);
        }

        return replays;
    }

    private static void Check(List<Frame> told, ReplayName name, long since, long mark, string[] stored)
    {
        var given = told.OfType<ReplayedMessage>().Select(message => message.Sequence).ToArray();
        Assert.Equal(given.Order().Distinct(), given);
        var gaps = told.Where(frame => frame is not ReplayedMessage).Select(frame => System.Text.Json.Nodes.JsonNode.Parse(frame.Payload.Span)!).Where(json => json["type"]!.GetValue<string>() == "gap")
            .Select(json => (Channel: json["channel"]!.GetValue<string>(), From: json["from"]!.GetValue<long>(), To: json["to"]!.GetValue<long>())).ToArray();
        var were = given.ToHashSet();
        for (var sequence = since + 1; sequence <= mark; sequence++)
        {
            if (!name.Means(stored[sequence])) continue;
            var isCovered = gaps.Any(gap => gap.From <= sequence && sequence <= gap.To && (gap.Channel == stored[sequence] || gap.Channel == "c.*"));
            Assert.True(isCovered != were.Contains(sequence), $"{sequence} on {stored[sequence]} behind {since}: given {were.Contains(sequence)}, in a gap {isCovered}");
        }
    }
}
