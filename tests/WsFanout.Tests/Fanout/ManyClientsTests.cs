using WsFanout.Clients;

namespace WsFanout.Tests.Fanout;

/// <summary>What has to hold for crowds: no ping in step with another, nobody overlooked, no answer above what may wait.</summary>
public sealed class ManyClientsTests
{
    [Fact]
    public void Clients_that_came_together_are_not_pinged_together()
    {
        using var worker = new WorkerParts();
        var wires = Enumerable.Range(0, 1_000).Select(_ => worker.Join().Wire).ToArray();

        var pingedInOneSecond = new List<int>();
        var before = 0;
        for (var second = 0; second < 30; second++)
        {
            worker.Pass(TimeSpan.FromSeconds(1));
            foreach (var wire in wires) wire.LastReceivedAt = worker.Clock.GetTimestamp();
            var now = wires.Sum(wire => wire.Pings);
            pingedInOneSecond.Add(now - before);
            before = now;
        }

        Assert.All(wires, wire => Assert.Equal(1, wire.Pings));
        Assert.InRange(pingedInOneSecond.Max(), 1, 150);
    }

    [Fact]
    public void A_look_that_takes_several_turns_overlooks_nobody()
    {
        using var worker = new WorkerParts();
        var wires = Enumerable.Range(0, 5_000).Select(_ => worker.Join().Wire).ToArray();

        worker.Pass(TimeSpan.FromSeconds(11));

        Assert.All(wires, wire => Assert.Single(wire.OfType("position")));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(3_000)]
    public void A_position_with_many_channels_gets_a_gap_for_each_and_they_do_not_fill_the_queue(int channels)
    {
        using var worker = new WorkerParts(new ClientOptions { MaxChannels = 10_000 });
        var (client, wire) = worker.Join();
        var names = string.Join(',', Enumerable.Range(0, channels).Select(number => $"\"channel.with.a.name.{number}\""));

        worker.Receive(client, $$$"""{"type":"subscribe","data":{"channels":[{{{names}}}],"since":90,"epoch":"e1"}}""");

        Assert.Null(client.Closing);
        Assert.Equal(channels, wire.OfType("gap").Select(gap => gap["channel"]!.GetValue<string>()).Distinct().Count());
        Assert.All(wire.OfType("gap"), gap => Assert.Equal((91L, 100L), (gap["from"]!.GetValue<long>(), gap["to"]!.GetValue<long>())));
        Assert.Equal("sync", wire.Frames[^1]["type"]!.GetValue<string>());
    }

    [Fact]
    public void A_gap_without_a_channel_is_never_told_over_messages_that_were_given()
    {
        using var worker = new WorkerParts(new ClientOptions { MaxChannels = 10_000 });
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "a");
        worker.Deal(worker.Message(new WsFanout.Messages.Channel("a"), 101));
        var names = string.Join(',', Enumerable.Range(0, 200).Select(number => $"\"c{number}\""));

        worker.Receive(client, $$$"""{"type":"subscribe","data":{"channels":[{{{names}}}],"since":90,"epoch":"e1"}}""");

        Assert.Equal(200, wire.OfType("gap").Count());
        Assert.All(wire.OfType("gap"), gap => Assert.NotNull(gap["channel"]));
    }
}
