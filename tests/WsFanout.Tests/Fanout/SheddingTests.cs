using WsFanout.Clients;
using WsFanout.Fanout;
using WsFanout.Messages;

namespace WsFanout.Tests.Fanout;

public sealed class SheddingTests
{
    [Fact]
    public void Those_with_most_waiting_go_first_and_then_the_newest()
    {
        using var parts = new WorkerParts();
        var clients = Enumerable.Range(0, 10).Select(_ => parts.Join().Client).ToArray();
        Wait(clients[2], 3);
        Wait(clients[5], 7);
        var shedding = new Shedding(parts.Roster);

        shedding.Shed(0.3);
        Assert.Equal([2, 5, 9], Closed(clients));

        shedding.Shed(0.2);
        Assert.Equal([2, 5, 7, 8, 9], Closed(clients));
        Assert.All(clients.Where(client => client.Closing is not null), client => Assert.Same(CloseReason.Shed, client.Closing));
    }

    [Fact]
    public void A_part_of_few_is_still_one()
    {
        using var parts = new WorkerParts();
        var client = parts.Join().Client;

        new Shedding(parts.Roster).Shed(0.05);

        Assert.Same(CloseReason.Shed, client.Closing);
    }

    [Fact]
    public void Nobody_is_shed_where_nobody_is()
    {
        using var parts = new WorkerParts();

        new Shedding(parts.Roster).Shed(1);

        Assert.Equal(0, parts.Roster.Count);
    }

    private static void Wait(Client client, int frames)
    {
        for (var i = 0; i < frames; i++) client.Queue.AddAnswer(Frame.Text("{}"u8));
    }

    private static int[] Closed(Client[] clients) => [.. clients.Index().Where(one => one.Item.Closing is not null).Select(one => one.Index)];
}
