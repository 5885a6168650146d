using System.Globalization;
using System.Text.RegularExpressions;
using WsFanout.Clients;
using WsFanout.Hosting;
using WsFanout.Hosting.Settings.Input;

namespace WsFanout.Tests.Deploy;

/// <summary>Several servers of one stream behind a balancer: the profile of the first compose file, and the one with a cluster.</summary>
public sealed partial class ScaleOutFileTests
{
    private const string OneMachine = "docker-compose.yml";
    private const string Cluster = "deploy/scale/compose.yml";
    private const string Balancer = "deploy/scale/haproxy.cfg";

    private static readonly string[] Servers = ["wsfanout", "wsfanout-2", "wsfanout-3"];

    [Fact]
    public void Servers_of_the_profile_differ_in_nothing_but_their_names()
    {
        var second = ComposeText.Service(OneMachine, "wsfanout-2");

        Assert.Equal("[\"scale\"]", ComposeText.Value(second, "profiles"));
        Assert.Equal("*server-environment", ComposeText.Value(second, "environment"));
        Assert.Equal(ComposeText.Value(ComposeText.Service(OneMachine, "wsfanout"), "image"), ComposeText.Value(second, "image"));
        Assert.Equal("    <<: *another-server", ComposeText.Service(OneMachine, "wsfanout-3").TrimEnd());
        Assert.DoesNotContain("ports:", second, StringComparison.Ordinal);
    }

    [Fact]
    public void Prometheus_scrapes_each_of_them_by_its_name()
    {
        var configuration = RepositoryFiles.ReadText("deploy/prometheus/prometheus.yml");

        // The first is always there, so it is missed when it does not answer; the others are as long as they run.
        Assert.Contains($"- targets: [\"{Servers[0]}:3002\"]", configuration, StringComparison.Ordinal);
        Assert.Contains($"- names: [{string.Join(", ", Servers.Skip(1).Select(name => $"\"{name}\""))}]\n        type: A\n        port: 3002\n", configuration, StringComparison.Ordinal);
        Assert.Contains("source_labels: [__meta_dns_name]\n        regex: (.+)\n        target_label: instance\n        replacement: $1:3002\n", configuration, StringComparison.Ordinal);
    }

    [Fact]
    public void Servers_of_the_cluster_are_the_same_one_three_times()
    {
        Assert.All(Servers, name => Assert.Equal("    <<: *server", ComposeText.Service(Cluster, name).TrimEnd()));
    }

    [Theory]
    [InlineData(OneMachine)]
    [InlineData(Cluster)]
    public void The_balancer_knows_every_server_and_asks_whether_it_is_ready(string file)
    {
        var configuration = RepositoryFiles.ReadText(Balancer);
        var sent = ServerLine().Matches(configuration).Select(match => match.Groups[1].Value);

        Assert.Equal(Servers.Select(name => name + ":3002"), sent);
        Assert.Contains("option httpchk GET /health/ready", configuration, StringComparison.Ordinal);
        Assert.Contains("haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro", ComposeText.Service(file, "balancer"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_balancer_keeps_a_connection_for_longer_than_the_server_lets_it_be_silent()
    {
        var configuration = RepositoryFiles.ReadText(Balancer);
        var tunnel = TimeSpan.FromSeconds(int.Parse(Regex.Match(configuration, @"timeout tunnel (\d+)s").Groups[1].Value, CultureInfo.InvariantCulture));
        var options = new ClientOptions();

        Assert.True(tunnel > options.PingInterval + options.PongTimeout, $"The balancer cuts after {tunnel}.");
    }

    [Theory]
    [InlineData(OneMachine)]
    [InlineData(Cluster)]
    public void The_balancer_has_two_descriptors_for_each_of_its_connections(string file)
    {
        var connections = int.Parse(Regex.Match(RepositoryFiles.ReadText(Balancer), @"maxconn (\d+)").Groups[1].Value, CultureInfo.InvariantCulture);
        var descriptors = int.Parse(Regex.Match(RepositoryFiles.ReadText(file), @"hard: (\d+)").Groups[1].Value, CultureInfo.InvariantCulture);

        Assert.Equal("*descriptors", ComposeText.Value(ComposeText.Service(file, "balancer"), "ulimits"));
        Assert.True(descriptors > 2 * connections, $"{connections} connections, {descriptors} descriptors.");
    }

    [Fact]
    public void The_cluster_can_run_beside_the_single_server()
    {
        var single = ComposeText.PublishedPorts("deploy/vm/compose.yml").Concat(["3002:3002"]).Select(HostPort);

        Assert.Empty(ComposeText.PublishedPorts(Cluster).Select(HostPort).Intersect(single));
    }

    [Fact]
    public void Every_setting_of_the_cluster_exists_and_clients_may_be_away_as_long_as_the_rules_let_them()
    {
        var given = ComposeText.Variables(ComposeText.Block(RepositoryFiles.ReadText(Cluster), "x-server")).ToDictionary(variable => variable.Name, variable => variable.Value);

        Assert.All(given, variable => Assert.Equal(NameKind.Known, VariableNames.Classify(variable.Key, variable.Value)));
        Assert.Equal("3", given["JS_STREAM_REPLICAS"]);
        Assert.Equal("60s", given["WS_REPLAY_MAX_AGE"]);
        Assert.Equal("5m", given["JS_STREAM_MAX_AGE"]);
    }

    [Fact]
    public void A_container_of_the_cluster_may_take_longer_to_stop_than_the_server_takes_to_drain()
    {
        var grace = ComposeText.Value(ComposeText.Block(RepositoryFiles.ReadText(Cluster), "x-server"), "stop_grace_period").TrimEnd('s');

        Assert.True(TimeSpan.FromSeconds(int.Parse(grace, CultureInfo.InvariantCulture)) > new HostOptions().DrainTimeout);
    }

    [Fact]
    public void Every_image_of_the_cluster_is_the_one_of_the_first_file()
    {
        var known = Images(OneMachine);

        Assert.Subset(known, Images(Cluster));
    }

    private static HashSet<string> Images(string file) =>
        [.. Image().Matches(RepositoryFiles.ReadText(file)).Select(match => match.Groups[1].Value)];

    private static string HostPort(string published) => published.Split(':')[^2];

    [GeneratedRegex(@"^ +server \w+ (\S+)$", RegexOptions.Multiline)]
    private static partial Regex ServerLine();

    [GeneratedRegex(@"^ +image: (.+)$", RegexOptions.Multiline)]
    private static partial Regex Image();
}
