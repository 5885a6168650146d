using WsFanout.Nats.Protocol;

namespace WsFanout.Nats.Tests.Protocol;

public class ServerPoolTests
{
    private static readonly ServerAddress Alpha = Address("nats://alpha:4222");

    [Fact]
    public void Each_server_comes_once_a_round_in_any_order_and_the_one_just_lost_comes_last()
    {
        ServerAddress[] servers = [.. Enumerable.Range(1, 8).Select(n => Address($"nats://s{n}:4222"))];
        var pool = new ServerPool(servers);
        var firsts = new HashSet<ServerAddress>();

        for (var round = 0; round < 200; round++)
        {
            var tried = Round(pool);
            Assert.Equal(servers.OrderBy(server => server.Host), tried.OrderBy(server => server.Host));
            Assert.True(round == 0 || tried[^1] == servers[3]);
            firsts.Add(tried[0]);
            pool.NewRound(justLost: servers[3]);
        }

        Assert.True(firsts.Count >= 6, $"only {firsts.Count} were ever first");
    }

    [Fact]
    public void What_a_newer_list_lacks_leaves_unless_it_was_configured_or_tells_the_list()
    {
        var pool = new ServerPool([Alpha]);

        Assert.True(pool.Learn(Alpha, ["alpha:4222", "ALPHA:4222", "10.0.0.1:4222", "10.0.0.2:4222"], onlyAddresses: false));
        var teller = pool.Others(Alpha).Single(server => server.Host == "10.0.0.1");
        Assert.False(pool.Learn(teller, ["10.0.0.1:4222", "10.0.0.2:4222"], onlyAddresses: false));
        Assert.True(pool.Learn(teller, ["10.0.0.3:4222"], onlyAddresses: false));
        Assert.False(pool.Learn(teller, [], onlyAddresses: false));

        pool.NewRound(justLost: null);
        Assert.Equal(["10.0.0.1:4222", "10.0.0.3:4222", "alpha:4222"], Round(pool).Select(server => server.ToString()).Order());
        Assert.Equal(["10.0.0.3:4222", "alpha:4222"], pool.Others(teller).Select(server => server.ToString()).Order());
    }

    [Fact]
    public void A_server_learned_in_the_middle_of_a_round_is_tried_in_it_and_one_that_left_is_not()
    {
        var pool = new ServerPool([Alpha]);
        Assert.Equal(Alpha, pool.Next());

        pool.Learn(Alpha, ["10.0.0.1:4222", "10.0.0.2:4222"], onlyAddresses: false);
        pool.Learn(Alpha, ["10.0.0.2:4222"], onlyAddresses: false);

        Assert.Equal("10.0.0.2", Assert.Single(Round(pool)).Host);
    }

    [Fact]
    public void We_are_at_a_learned_server_who_we_are_at_its_teller_and_a_bare_address_must_prove_to_be_what_that_must()
    {
        var teller = Address("tls://us%40er:pass@alpha:4222");
        var pool = new ServerPool([teller]);

        pool.Learn(teller, ["10.0.0.1:4222", "[fd00::1]:4223", "beta:4224"], onlyAddresses: false);
        var byHost = pool.Others(teller).ToDictionary(server => server.Host);
        byHost["10.0.0.1"].TryNeighbour("10.0.0.9:4222", out var next);

        Assert.All(byHost.Values, server => Assert.Equal(("us@er", "pass", true), (server.User, server.Password, server.RequiresTls)));
        Assert.Equal(("alpha", "alpha", "beta", "alpha"), (byHost["10.0.0.1"].TlsName, byHost["fd00::1"].TlsName, byHost["beta"].TlsName, next?.TlsName));
        Address("tls://10.0.0.5:4222").TryNeighbour("10.0.0.6:4222", out var ofAddress);
        Assert.Equal("10.0.0.6", ofAddress?.TlsName);
    }

    [Fact]
    public void Names_told_in_the_clear_are_left_out_and_those_known_already_stay()
    {
        var pool = new ServerPool([Alpha]);
        pool.Learn(Alpha, ["known:4222"], onlyAddresses: false);

        pool.Learn(Alpha, ["known:4222", "evil.example:4222", "10.0.0.1:4222"], onlyAddresses: true);

        Assert.Equal(["10.0.0.1:4222", "known:4222"], pool.Others(Alpha).Select(server => server.ToString()).Order());
    }

    [Fact]
    public void No_more_are_learned_than_a_pool_can_be_tried_through()
    {
        var pool = new ServerPool([Alpha]);
        string[] Cluster(int from) => [.. Enumerable.Range(from, 200).Select(n => $"10.0.{n / 256}.{n % 256}:4222")];

        pool.Learn(Alpha, Cluster(0), onlyAddresses: false);
        Assert.Equal(1 + ServerPool.MaxLearned, pool.Count);
        pool.Learn(Alpha, Cluster(150), onlyAddresses: false);

        Assert.Equal(1 + ServerPool.MaxLearned, pool.Count);
        Assert.DoesNotContain(pool.Others(Alpha), server => server.Host == "10.0.0.149");
    }

    [Fact]
    public void What_is_no_address_is_passed_over()
    {
        var pool = new ServerPool([Alpha]);
        string?[] told =
        [
            null, "", " ", ":4222", "host:0", "host:99999", "user:secret@host:4222", "host:4222/path", "host:4222?query", "nats://host:4222", "host:4222\r\nPUB a 0", "[::1", "good:4222",
        ];

        pool.Learn(Alpha, told, onlyAddresses: false);

        Assert.Equal("good:4222", Assert.Single(pool.Others(Alpha)).ToString());
    }

    private static ServerAddress Address(string server) => ServerAddress.From(new(server), new());

    private static List<ServerAddress> Round(ServerPool pool)
    {
        var tried = new List<ServerAddress>();
        while (pool.Next() is { } server) tried.Add(server);
        return tried;
    }
}
