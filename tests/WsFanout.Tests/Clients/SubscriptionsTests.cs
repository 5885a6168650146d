using WsFanout.Clients;
using WsFanout.Tests.Fanout;

namespace WsFanout.Tests.Clients;

/// <summary>What a client is subscribed to, against a plain list.</summary>
public sealed class SubscriptionsTests
{
    [Theory]
    [InlineData(6)]
    [InlineData(Subscriptions.MostSearched)]
    [InlineData(400)]
    public void Random_joins_and_leaves_keep_what_a_plain_list_keeps_in_the_same_order(int most)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var lanes = new Lanes();
        var share = new ClientShare(new ClientOptions(), lanes, 1000);
        var clients = Enumerable.Range(0, 4).Select(number => new Client(number, new TestWire(TimeProvider.System), share, 0)).ToArray();
        var lists = clients.ToDictionary(client => client, _ => new List<SubscriptionNode>());
        var nodes = Enumerable.Range(0, most + 3).Select(number => new SubscriptionNode($"n{number}", isPattern: number % 3 == 0, lanes)).ToArray();
        for (var round = 0; round < 20_000; round++)
        {
            var client = clients[random.Next(clients.Length)];
            var list = lists[client];
            var node = nodes[random.Next(nodes.Length)];

            // Grows for a long while, then shrinks for one.
            var isGrowing = round / (most * 8) % 2 == 0;
            if (isGrowing || random.Next(3) == 0) Join(client, list, node);
            else if (random.Next(8) == 0) LeaveLast(client, list);
            else Leave(client, list, node);

            Assert.True(list.SequenceEqual(Enumerable.Range(0, client.Subscriptions.Count).Select(index => client.Subscriptions[index])), $"seed {seed}, round {round}: order");
            Assert.True(list.Contains(node) == client.Subscriptions.Contains(node), $"seed {seed}, round {round}: {node.Name}");
            Assert.True(list.Count(one => one.IsPattern) == client.Subscriptions.Patterns, $"seed {seed}, round {round}: patterns");
            if (round % 100 == 0) AssertSameEverywhere(clients, lists, nodes, $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void Few_subscriptions_cost_one_small_array_and_no_table()
    {
        var share = new ClientShare(new ClientOptions(), new Lanes(), 1000);
        var client = new Client(1, new TestWire(TimeProvider.System), share, 0);
        var nodes = Enumerable.Range(0, 5).Select(number => new SubscriptionNode($"n{number}", isPattern: false, share.Lanes)).ToArray();
        foreach (var node in nodes) node.Join(new Client(2, new TestWire(TimeProvider.System), share, 0), 0);

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var node in nodes) client.Subscriptions.Add(client, node);

        // One array of four places of 16 bytes, and its header.
        Assert.Equal(24 + (4 * 16), GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Join(Client client, List<SubscriptionNode> list, SubscriptionNode node)
    {
        if (list.Contains(node)) return;
        list.Add(node);
        client.Subscriptions.Add(client, node);
    }

    private static void Leave(Client client, List<SubscriptionNode> list, SubscriptionNode node)
    {
        var index = list.IndexOf(node);
        Assert.Equal(index >= 0, client.Subscriptions.Remove(node));
        if (index < 0) return;
        list[index] = list[^1];
        list.RemoveAt(list.Count - 1);
    }

    private static void LeaveLast(Client client, List<SubscriptionNode> list)
    {
        if (list.Count == 0) return;
        Assert.Same(list[^1], client.Subscriptions.RemoveLast());
        list.RemoveAt(list.Count - 1);
    }

    private static void AssertSameEverywhere(Client[] clients, Dictionary<Client, List<SubscriptionNode>> lists, SubscriptionNode[] nodes, string where)
    {
        foreach (var node in nodes)
        {
            Assert.All(clients, client => Assert.True(lists[client].Contains(node) == client.Subscriptions.Contains(node), $"{where}: {node.Name}"));
            Assert.Equal(clients.Where(client => lists[client].Contains(node)).Select(client => client.LaneNumber).Order(), node.Lanes.ToArray().Order());
        }
    }
}
