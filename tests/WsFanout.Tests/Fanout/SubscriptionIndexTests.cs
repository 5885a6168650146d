using WsFanout.Clients;
using WsFanout.Fanout;
using WsFanout.Messages;

namespace WsFanout.Tests.Fanout;

/// <summary>The index against a matcher that looks at every subscription every time.</summary>
public sealed class SubscriptionIndexTests
{
    [Theory]
    [InlineData("a.*", "a.b", true)]
    [InlineData("a.*", "a", false)]
    [InlineData("a.*", "a.b.c", false)]
    [InlineData("a.>", "a.b.c", true)]
    [InlineData("a.>", "a", false)]
    [InlineData(">", "a", true)]
    [InlineData("*.*.c", "a.b.c", true)]
    [InlineData("*.>", "a", false)]
    [InlineData("*.>", "a.b", true)]
    public void A_pattern_matches_as_the_broker_s_wildcards_do(string pattern, string channel, bool matches)
    {
        var tree = new PatternTree<string>();
        tree.Add(pattern, pattern);

        Assert.Equal(matches, tree.Match(channel).Length == 1);
    }

    [Fact]
    public void Random_joins_and_leaves_find_exactly_who_a_naive_matcher_finds()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var lanes = new Lanes();
        var index = new SubscriptionIndex(maxIdleChannels: 16, lanes);
        var share = new ClientShare(new ClientOptions(), lanes, 1000);
        var clients = Enumerable.Range(0, 30).Select(number => new Client(number, new TestWire(TimeProvider.System), share, 0)).ToArray();
        var naive = clients.ToDictionary(client => client, _ => new HashSet<string>());
        for (var round = 0; round < 20_000; round++)
        {
            var client = clients[random.Next(clients.Length)];
            var name = RandomName(random, wildcards: true);
            var isPattern = name.Split('.').Any(token => token is "*" or ">");
            if (naive[client].Remove(name))
            {
                var node = index.FindNode(name, isPattern)!;
                Assert.True(client.Subscriptions.Remove(node));
                index.Left(node);
            }
            else
            {
                naive[client].Add(name);
                client.Subscriptions.Add(client, index.NodeFor(name, isPattern));
            }

            var channel = RandomName(random, wildcards: false);
            var wanted = clients.Where(one => naive[one].Any(subscribed => Matches(subscribed.Split('.'), channel.Split('.')))).Select(one => one.Number).Order();
            Assert.True(wanted.SequenceEqual(Found(index, lanes, channel)), $"seed {seed}, round {round}, channel {channel}");
        }

        Assert.All(clients, client => Assert.Equal(naive[client].Count, client.Subscriptions.Count));
        Assert.All(clients, client => Assert.Equal(naive[client].Count(name => name.Split('.').Any(token => token is "*" or ">")), client.Subscriptions.Patterns));
    }

    [Fact]
    public void What_was_cached_for_patterns_goes_with_the_last_of_them()
    {
        var lanes = new Lanes();
        var index = new SubscriptionIndex(maxIdleChannels: 1_000, lanes);
        var share = new ClientShare(new ClientOptions(), lanes, 1000);
        Client[] clients = [.. Enumerable.Range(0, 3).Select(number => new Client(number, new TestWire(TimeProvider.System), share, 0))];
        var (watching, passing, staying) = (clients[0], clients[1], clients[2]);
        watching.Subscriptions.Add(watching, index.NodeFor(">", isPattern: true));
        staying.Subscriptions.Add(staying, index.NodeFor("kept", isPattern: false));
        for (var i = 0; i < 100; i++)
        {
            index.Find($"seen.{i}");
            passing.Subscriptions.Add(passing, index.NodeFor($"named.{i}", isPattern: false));
        }

        while (passing.Subscriptions.Count > 0) index.Left(passing.Subscriptions.RemoveLast());
        Assert.Equal(201, index.ChannelCount);
        index.Left(watching.Subscriptions.RemoveLast());

        Assert.Equal(1, index.ChannelCount);
    }

    private static IEnumerable<long> Found(SubscriptionIndex index, Lanes lanes, string channel)
    {
        var found = new HashSet<long>();
        if (index.Find(channel) is { } matches)
        {
            foreach (var lane in matches.Exact.Lanes) found.Add(lanes[lane].Client.Number);
            foreach (var pattern in matches.Patterns)
            {
                foreach (var lane in pattern.Lanes) found.Add(lanes[lane].Client.Number);
            }
        }

        return found.Order();
    }

    private static string RandomName(Random random, bool wildcards)
    {
        var tokens = Enumerable.Range(0, random.Next(1, 4)).Select(_ => wildcards && random.Next(3) == 0 ? "*" : $"{(char)('a' + random.Next(3))}").ToList();
        if (wildcards && random.Next(4) == 0) tokens[^1] = ">";
        return string.Join('.', tokens);
    }

    private static bool Matches(string[] pattern, string[] channel)
    {
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == ">") return channel.Length > i;
            if (i >= channel.Length || (pattern[i] != "*" && pattern[i] != channel[i])) return false;
        }

        return pattern.Length == channel.Length;
    }
}
