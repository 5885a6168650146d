using WsFanout.Clients;
using WsFanout.Clients.Tokens;
using WsFanout.Messages;
using WsFanout.Testing;

namespace WsFanout.Tests.Fanout;

/// <summary>Requests of many names, against a model that holds each name against all others.</summary>
public sealed class ManyNamesTests
{
    private static readonly ClientOptions Options = new() { MaxChannels = 1_000, MaxPatterns = 500, RequestsPerSecond = 0, SendQueueBytes = 1 << 24 };

    [Fact]
    public void A_resume_misses_the_names_that_neither_an_earlier_pattern_nor_an_equal_name_has_been_giving()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 60; round++)
        {
            using var worker = new WorkerParts(Options);
            var (client, wire) = worker.Join();
            var had = new List<string>();
            Ask(worker, client, RandomNames(random), had, null);
            var wanted = new List<string>();
            var names = RandomNames(random);
            Ask(worker, client, names, had, wanted);

            // Nothing of what lies below where the stream is followed from is held, so that each missed name is a gap.
            var told = wire.OfType("gap").Select(gap => (string)gap["channel"]!).ToArray();
            Assert.True(wanted.Order(StringComparer.Ordinal).SequenceEqual(told.Order(StringComparer.Ordinal)), $"seed {seed}, round {round}: {string.Join(' ', had)}");
            Assert.Equal(had.Count, client.Subscriptions.Count);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Random_requests_leave_a_client_with_what_a_plain_set_of_names_has(bool isAhead)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        using var worker = new WorkerParts(Options);
        var (client, wire) = worker.Join();
        var had = new HashSet<string>();
        for (var round = 0; round < 60; round++)
        {
            var names = RandomNames(random);
            var leaves = random.Next(3) == 0;
            var position = isAhead && !leaves && random.Next(2) == 0 ? ",\"since\":500,\"epoch\":\"e1\"" : "";
            worker.Receive(client, Request(leaves ? "unsubscribe" : "subscribe", names, position));
            if (leaves) had.ExceptWith(names);
            else had.UnionWith(names);
            Assert.True(had.Count == (int)wire.Frames[^1]["count"]!, $"seed {seed}, round {round}");
        }

        for (var sequence = 101; sequence <= 500; sequence++) worker.Deal(worker.Store("nobody.wants.this.one", sequence));

        Assert.Equal(had.Order(StringComparer.Ordinal), Enumerable.Range(0, client.Subscriptions.Count).Select(index => client.Subscriptions[index].Name).Order(StringComparer.Ordinal));
        Assert.Equal(had.Count(name => ChannelName.Classify(name, 256) == NameKind.Pattern), client.Subscriptions.Patterns);
    }

    [Fact]
    public void A_name_that_was_left_while_it_waited_can_wait_again_and_is_met_once()
    {
        using var worker = new WorkerParts(Options);
        var (client, wire) = worker.Join();
        worker.Receive(client, Request("subscribe", ["a", "b.*"], ",\"since\":102,\"epoch\":\"e1\""));

        worker.Receive(client, Request("unsubscribe", ["a"]));
        worker.Receive(client, Request("subscribe", ["a"], ",\"since\":104,\"epoch\":\"e1\""));
        for (var sequence = 101; sequence <= 105; sequence++) worker.Deal(worker.Store("a", sequence));

        Assert.Equal([2, 2], wire.OfType("subscription_ack").Select(ack => (int)ack["count"]!));
        Assert.Equal([102, 104], wire.OfType("sync").Select(sync => (long)sync["seq"]!));
        Assert.Equal(105, (long)Assert.Single(wire.OfType("message"))["seq"]!);
        Assert.Equal(2, client.Subscriptions.Count);
    }

    [Fact]
    public void What_a_newer_token_ends_is_told_once_whether_it_was_subscribed_or_waited()
    {
        using var worker = new WorkerParts(Options, tokens: new TokenRules { Key = TokenKey.OfSecret(TokenMaker.Secret) });
        var (client, wire) = worker.Join();
        Show(worker, client, "\"a\",\"b\",\"c.*\",\"d\"");
        worker.Subscribe(client, "a", "b");
        worker.Receive(client, Request("subscribe", ["c.*", "d"], ",\"since\":500,\"epoch\":\"e1\""));

        Show(worker, client, "\"a\",\"d\"");

        Assert.Equal("""{"type":"unsubscription_ack","unsubscribed":["b","c.*"],"count":2}""", Assert.Single(wire.OfType("unsubscription_ack")).ToJsonString());
        Assert.Equal(["auth_ack", "unsubscription_ack"], wire.Frames.TakeLast(2).Select(frame => (string)frame["type"]!));
    }

    /// <summary>Subscribes, and has the model say what a client had not been given before.</summary>
    private static void Ask(WorkerParts worker, Client client, string[] names, List<string> had, List<string>? missed)
    {
        worker.Receive(client, Request("subscribe", names, missed is null ? "" : ",\"since\":90,\"epoch\":\"e1\""));
        foreach (var name in names)
        {
            if (had.Contains(name)) continue;
            if (!had.Exists(earlier => ChannelName.Classify(earlier, 256) == NameKind.Pattern && ChannelName.Covers(earlier, name))) missed?.Add(name);
            had.Add(name);
        }
    }

    private static void Show(WorkerParts worker, Client client, string channels)
    {
        var claims = $$"""{"exp":{{worker.Clock.GetUtcNow().ToUnixTimeSeconds() + 3600}},"sub":"alice","channels":[{{channels}}]}""";
        worker.Receive(client, $$$"""{"type":"auth","data":{"token":"{{{TokenMaker.Of(claims)}}}"}}""");
    }

    private static string Request(string type, string[] names, string position = "") =>
        $$$"""{"type":"{{{type}}}","data":{"channels":[{{{string.Join(',', names.Select(name => $"\"{name}\""))}}}]{{{position}}}}}""";

    private static string[] RandomNames(Random random) => [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => RandomName(random))];

    private static string RandomName(Random random)
    {
        var tokens = Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(6) == 0 ? "*" : $"{(char)('a' + random.Next(4))}").ToList();
        if (random.Next(12) == 0) tokens[^1] = ">";
        return string.Join('.', tokens);
    }
}
