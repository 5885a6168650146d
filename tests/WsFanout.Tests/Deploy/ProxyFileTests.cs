using System.Globalization;
using System.Text.RegularExpressions;
using WsFanout.Clients;
using WsFanout.Hosting;
using WsFanout.Tests.Hosting.Settings;

namespace WsFanout.Tests.Deploy;

/// <summary>The recipes for proxies, by their text; nginx's and HAProxy's are run in the integration tests.</summary>
public sealed partial class ProxyFileTests
{
    private const string Readme = "deploy/proxies/README.md";

    [Theory]
    [InlineData("nginx.conf", "proxy_read_timeout")]
    [InlineData("nginx.conf", "proxy_send_timeout")]
    [InlineData("haproxy.cfg", "timeout tunnel")]
    public void Silence_lasts_longer_than_the_server_needs_to_find_a_dead_client(string file, string setting)
    {
        var options = new ClientOptions();
        var seconds = double.Parse(Regex.Match(Directives(file), $@"(?m)^ *{setting} (\d+)s;?$").Groups[1].Value, CultureInfo.InvariantCulture);

        Assert.True(TimeSpan.FromSeconds(seconds) > options.PingInterval + options.PongTimeout, $"{file}: {setting} is {seconds} s, a ping and its pong take {options.PingInterval + options.PongTimeout}");
    }

    [Theory]
    [InlineData("nginx.conf", "client_header_timeout")]
    [InlineData("haproxy.cfg", "timeout http-request")]
    public void A_handshake_has_the_time_that_it_has_without_a_proxy(string file, string setting)
    {
        var seconds = double.Parse(Regex.Match(Directives(file), $@"(?m)^ *{setting} (\d+)s;?$").Groups[1].Value, CultureInfo.InvariantCulture);

        Assert.Equal(new HostOptions().HandshakeTimeout, TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public void Haproxy_leaves_those_who_are_connected_to_a_server_that_is_not_ready() =>
        Assert.DoesNotContain("on-marked-down", Directives("haproxy.cfg"), StringComparison.Ordinal);

    [Theory]
    [InlineData("nginx.conf")]
    [InlineData("haproxy.cfg")]
    [InlineData("traefik-wsfanout.yml")]
    public void Nothing_of_the_operators_is_named_as_a_way_in(string file)
    {
        // HAProxy and Traefik ask for readiness themselves, which lets nobody in.
        var text = Regex.Replace(Directives(file), @"(?m)^.*(httpchk GET|path:) /health/ready$", "");

        Assert.All((string[])["/metrics", "/publish", "/config", "/health"], path => Assert.DoesNotContain(path, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_line_of_settings_in_the_guide_is_one_that_the_server_takes()
    {
        var lines = SettingLine().Matches(RepositoryFiles.ReadText(Readme)).Select(match => match.Groups["line"].Value).Distinct().ToList();

        Assert.True(lines.Count >= 4, $"only {lines.Count} were found");
        Assert.All(lines, line =>
        {
            var variables = line.Split(' ').Select(part => part.Split('=', 2)).Select(pair => (pair[0], pair[1])).ToArray();
            Reading.Sound(Reading.Of(variables));
        });
    }

    [Fact]
    public void What_the_guide_tells_the_server_is_what_it_takes()
    {
        var lines = RepositoryFiles.ReadText(Readme).Split('\n').Where(line => line.StartsWith("    WS_", StringComparison.Ordinal)).ToList();

        Assert.True(lines.Count >= 4, $"only {lines.Count} were found");
        Reading.Sound(Reading.OfFile(string.Join('\n', lines)));
    }

    [Theory]
    [InlineData("WS_PING_INTERVAL=20s WS_PONG_TIMEOUT=8s", 30)]
    [InlineData("WS_PING_INTERVAL=30s", 75)]
    public void The_pings_that_the_guide_gives_for_a_balancer_come_before_it_cuts(string line, int idleSeconds)
    {
        Assert.Contains(line, RepositoryFiles.ReadText(Readme), StringComparison.Ordinal);
        var clients = Reading.Sound(Reading.Of([.. line.Split(' ').Select(part => part.Split('=', 2)).Select(pair => (pair[0], pair[1]))])).Clients;

        Assert.True(clients.PingInterval + clients.PongTimeout < TimeSpan.FromSeconds(idleSeconds));
    }

    [Fact]
    public void The_age_that_the_guide_gives_for_a_balancer_with_a_longest_life_ends_before_that_life()
    {
        const string line = "WS_MAX_CONNECTION_AGE=20h";
        Assert.Contains(line, RepositoryFiles.ReadText(Readme), StringComparison.Ordinal);
        var age = Reading.Sound(Reading.Of(("WS_MAX_CONNECTION_AGE", "20h"))).Clients.MaxConnectionAge;

        // A tenth more or less, by chance.
        Assert.True(age * 1.1 < TimeSpan.FromSeconds(86_400));
    }

    /// <summary>The file without its comments.</summary>
    private static string Directives(string file) => Comment().Replace(RepositoryFiles.ReadText($"deploy/proxies/{file}"), "");

    [GeneratedRegex(@"(?m)^ *#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"`(?<line>WS_[A-Z_]+=[^`\s…]+(?: WS_[A-Z_]+=[^`\s…]+)*)`")]
    private static partial Regex SettingLine();
}
