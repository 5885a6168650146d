using System.Text.Json.Nodes;
using WsFanout.Clients;
using WsFanout.History;
using WsFanout.Messages;

namespace WsFanout.Tests.Fanout.Replays;

/// <summary>Random streams, bounds and positions: what a client is told against all that was ever stored.</summary>
public sealed class ResumeModelTests
{
    private static readonly string[] Names = ["a.0", "a.1", "a.2", "b.0", "b.1", "c", "a.*", "*.1", ">", "none", "b.>"];

    [Fact]
    public void Every_message_behind_the_position_is_given_once_in_order_or_lies_in_a_gap_and_no_gap_covers_what_was_given()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 400; round++)
        {
            using var worker = new WorkerParts(
                new ClientOptions { RequestsPerSecond = 0, SendQueueMessages = 1000 },
                new HistoryOptions
                {
                    MessagesPerChannel = random.Next(1, 20),
                    MaxAge = TimeSpan.FromSeconds(random.Next(1, 60)),
                    MaxBytes = random.Next(4) == 0 ? random.Next(2_000, 20_000) : 1 << 20,
                    MaxChannels = random.Next(3) == 0 ? random.Next(2, 6) : 1000,
                });
            var stored = Fill(worker, random, random.Next(1, 700));
            for (var client = 0; client < 6; client++) Check(worker, random, stored, $"seed {seed}, round {round}, client {client}");
        }
    }

    private static List<(string Channel, long Sequence)> Fill(WorkerParts worker, Random random, int entries)
    {
        var stored = new List<(string, long)>();
        var time = 6_000L;
        var sequence = 100L;

        // What a server that has just started knows from below its floor: positions reach down to there.
        if (random.Next(2) == 0)
        {
            foreach (var silent in Enumerable.Range(85, 16).Where(_ => random.Next(2) == 0))
            {
                var channel = $"{(random.Next(2) == 0 ? "a" : "d")}.{silent}";
                worker.StoreSilent(channel, silent);
                stored.Add((channel, silent));
            }
        }

        for (var i = 0; i < entries; i++)
        {
            time += random.Next(0, 400);
            if (random.Next(60) == 0)
            {
                var to = sequence + random.Next(1, 5);
                worker.Deal(worker.StoreHole(sequence + 1, to));
                sequence = to;
                continue;
            }

            if (random.Next(12) == 0)
            {
                // One that this server does not serve: a number that is nobody's.
                sequence++;
            }

            var channel = random.Next(4) switch { 0 => $"a.{(random.Next(8) == 0 ? 85 + random.Next(16) : random.Next(3))}", 1 => $"b.{random.Next(2)}", 2 => "c", _ => $"d.{random.Next(8)}" };
            worker.Deal(worker.Store(channel, ++sequence, time, random.Next(1, 100)));
            stored.Add((channel, sequence));
            if (random.Next(10) == 0) worker.History.EvictByAge(time);
        }

        return stored;
    }

    private static void Check(WorkerParts worker, Random random, List<(string Channel, long Sequence)> stored, string where)
    {
        var (client, wire) = worker.Join();
        var since = random.NextInt64(90, worker.Dealer.Position.Sequence + 1);
        var names = Names.OrderBy(_ => random.Next()).Take(random.Next(1, 5)).ToArray();
        var quoted = string.Join(',', names.Select(name => $"\"{name}\""));
        worker.Receive(client, $$$"""{"type":"subscribe","data":{"channels":[{{{quoted}}}],"since":{{{since}}},"epoch":"e1"}}""");
        var frames = wire.Frames;
        Assert.True(frames[0]["type"]!.GetValue<string>() == "subscription_ack" && frames[^1]["type"]!.GetValue<string>() == "sync", $"{where}: {string.Join(", ", frames.Select(ReplayText.Of))}");

        var given = wire.OfType("message").Select(message => (Channel: message["channel"]!.GetValue<string>(), Sequence: message["seq"]!.GetValue<long>())).ToList();
        var gaps = wire.OfType("gap").ToList();
        var owed = stored.Where(message => message.Sequence > since && names.Any(name => Means(name, message.Channel))).ToList();
        Assert.True(given.Select(message => message.Sequence).SequenceEqual(given.Select(message => message.Sequence).Order().Distinct()), $"{where}: not rising");
        Assert.True(given.All(owed.Contains), $"{where}: what was not owed was given");
        foreach (var message in owed.Except(given))
        {
            Assert.True(gaps.Any(gap => Covers(gap, message)), $"{where}: {message} of {string.Join(' ', names)} behind {since} was lost in silence");
        }

        foreach (var message in given)
        {
            Assert.False(gaps.Any(gap => Covers(gap, message)), $"{where}: {message} was given and lies in a gap");
        }

        var recovery = frames[0]["recovery"]?.AsArray() ?? [];
        Assert.True(recovery.Sum(row => row!["count"]!.GetValue<int>()) == given.Count, $"{where}: the ack counts others than were given");
        Assert.True(frames[0]["recovered"]!.GetValue<bool>() == (gaps.Count == 0), $"{where}: recovered, with {gaps.Count} gaps");
    }

    private static bool Covers(JsonNode gap, (string Channel, long Sequence) message) =>
        gap["from"]!.GetValue<long>() <= message.Sequence && message.Sequence <= gap["to"]!.GetValue<long>()
        && (gap["channel"] is not { } name || Means(name.GetValue<string>(), message.Channel));

    private static bool Means(string name, string channel) => name == channel || ChannelName.Covers(name, channel);
}
