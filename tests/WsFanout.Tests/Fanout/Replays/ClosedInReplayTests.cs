using System.Text.Json;
using System.Text.Json.Nodes;
using WsFanout.Clients;
using WsFanout.Fanout;
using WsFanout.Tools;

namespace WsFanout.Tests.Fanout.Replays;

/// <summary>A client that is sent away while it looks back: what waits behind the replay, and where it goes on by the rules for clients.</summary>
public sealed class ClosedInReplayTests
{
    private static readonly string[] Names = ["a", "b"];

    [Theory]
    [InlineData(4200, 0)]
    [InlineData(4200, 1)]
    [InlineData(4200, 2)]
    [InlineData(4201, 0)]
    [InlineData(4201, 1)]
    [InlineData(4201, 2)]
    public void Live_messages_and_positions_behind_it_are_dropped_alike_and_the_next_connection_gets_them_once(int code, int partsSent)
    {
        using var worker = new WorkerParts(new ClientOptions { MaxConnectionAge = TimeSpan.FromSeconds(5) });
        var position = new ClientPosition();
        var (client, wire) = worker.Join();
        Subscribe(worker, client, position, id: 1);
        for (var sequence = 101; sequence <= 150; sequence++) worker.Deal(worker.Store("a", sequence, payloadBytes: 6_000));
        worker.Replays = false;
        worker.Receive(client, """{"type":"replay","id":7,"data":{"since":100}}""");
        for (var part = 0; part < partsSent; part++) Assert.True(worker.Roster.ReplayOne(), "300 KB should take more parts");
        for (var sequence = 151; sequence <= 155; sequence++) worker.Deal(worker.Store("b", sequence));
        Subscribe(worker, client, position, id: 8, new ResumePoint(150, "e1", 6_000));
        worker.Receive(client, """{"type":"heartbeat"}""");

        worker.Pass(TimeSpan.FromSeconds(7), code == 4200 ? new DrainOrder(worker.Clock.GetTimestamp(), TimeSpan.FromSeconds(1), new ReturnSlots(1, 1)) : null);
        worker.Replays = true;
        Assert.Equal(code, wire.Closed!.Code);
        Assert.Equal("bye", wire.Frames[^1]["type"]!.GetValue<string>());
        Assert.Equal(5, worker.Metric("ws_messages_dropped_total{reason=\"closed\"}"));
        var given = Play(wire, position);

        position.Connecting(Names);
        var (next, second) = worker.Join();
        Subscribe(worker, next, position, id: 9, position.Resume);
        given.AddRange(Play(second, position));

        Assert.Equal(Enumerable.Range(101, 55).Select(sequence => (long)sequence), given);
        Assert.Equal(155, position.Resume!.Since);
        Assert.Empty(wire.OfType("gap").Concat(second.OfType("gap")));
    }

    /// <summary>Asks as a client does that keeps the rules.</summary>
    private static void Subscribe(WorkerParts worker, Client client, ClientPosition position, int id, ResumePoint? from = null)
    {
        position.Asked(id, new AskedSubscription(Names, from));
        var data = new JsonObject { ["channels"] = new JsonArray([.. Names.Select(name => (JsonNode)name)]) };
        if (from is not null) (data["since"], data["epoch"], data["at"]) = (from.Since, from.Epoch, from.At);
        worker.Receive(client, new JsonObject { ["type"] = "subscribe", ["id"] = id, ["data"] = data }.ToJsonString());
    }

    /// <summary>Gives a client all that came.</summary>
    /// <returns>Messages that are no replayed ones; those that came twice as well.</returns>
    private static List<long> Play(TestWire wire, ClientPosition position)
    {
        var given = new List<long>();
        foreach (var frame in wire.Frames)
        {
            var verdict = position.Take(frame.Deserialize<JsonElement>());
            Assert.NotEqual(MessageVerdict.NewAfterLoss, verdict);
            if (verdict is not null and not MessageVerdict.Replayed) given.Add(frame["seq"]!.GetValue<long>());
        }

        return given;
    }
}
