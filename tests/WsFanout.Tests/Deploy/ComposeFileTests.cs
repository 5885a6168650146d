using System.Globalization;
using System.Text.RegularExpressions;
using WsFanout.Hosting;

namespace WsFanout.Tests.Deploy;

public sealed class ComposeFileTests
{
    private const string OneMachine = "docker-compose.yml";
    private const string PlannedMachine = "deploy/vm/compose.yml";

    [Theory]
    [InlineData(OneMachine)]
    [InlineData(PlannedMachine)]
    public void The_server_gets_the_plans_environment_block_unchanged(string file)
    {
        var planned = RepositoryFiles.ReadText("tests/WsFanout.Tests/Deploy/plan-environment.txt");

        // Four columns deeper, as a part of its service, and with an anchor where other servers share it; otherwise to the letter, comments included.
        var outdented = Regex.Replace(RepositoryFiles.ReadText(file), @"^ {4}|(?<=:) &[\w-]+$", "", RegexOptions.Multiline);

        Assert.Contains(planned, outdented, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OneMachine)]
    [InlineData(PlannedMachine)]
    public void Beside_the_plans_block_only_the_address_of_the_stream_is_given(string file)
    {
        var planned = ComposeText.Variables(RepositoryFiles.ReadText("tests/WsFanout.Tests/Deploy/plan-environment.txt")).Select(variable => variable.Name);

        var given = ComposeText.Variables(RepositoryFiles.ReadText(file)).Select(variable => variable.Name);

        Assert.Equal([.. planned, "NATS_URL"], given);
    }

    [Fact]
    public void A_token_of_publishers_comes_from_whoever_starts_it_and_the_feed_has_it_too()
    {
        var text = RepositoryFiles.ReadText(OneMachine);

        // Without a value: not given where there is none, and never one that everybody knows.
        Assert.DoesNotContain("WS_PUBLISH_TOKEN=", Regex.Replace(text, "^ *#.*$", "", RegexOptions.Multiline), StringComparison.Ordinal);
        Assert.Contains("      - WS_PUBLISH_TOKEN\n", ComposeText.Service(OneMachine, "wsfanout"), StringComparison.Ordinal);
        Assert.Contains("      - WS_PUBLISH_TOKEN\n", ComposeText.Service(OneMachine, "feed"), StringComparison.Ordinal);
    }

    [Fact]
    public void Both_files_start_the_same_image_on_the_same_port_in_the_same_way()
    {
        var here = ComposeText.Service(OneMachine, "wsfanout");
        var there = ComposeText.Service(PlannedMachine, "wsfanout");

        Assert.Equal(ComposeText.Value(here, "image"), ComposeText.Value(there, "image"));
        Assert.Equal(ComposeText.Block(here, "ports"), ComposeText.Block(there, "ports"));
        Assert.Equal(ComposeText.Block(here, "healthcheck"), ComposeText.Block(there, "healthcheck"));
        Assert.Equal(ComposeText.Block(here, "ulimits"), ComposeText.Block(there, "ulimits"));
        Assert.Equal(ComposeText.Value(here, "image"), ComposeText.Value(ComposeText.Service(OneMachine, "feed"), "image"));
    }

    [Fact]
    public void The_image_carries_the_version_of_the_build()
    {
        var version = Regex.Match(RepositoryFiles.ReadText("Directory.Build.props"), "<Version>(.+)</Version>").Groups[1].Value;

        Assert.Contains($"wsfanout:{version}}}", ComposeText.Value(ComposeText.Service(OneMachine, "wsfanout"), "image"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OneMachine)]
    [InlineData(PlannedMachine)]
    public void A_container_may_take_longer_to_stop_than_the_server_takes_to_drain(string file)
    {
        var grace = ComposeText.Value(ComposeText.Service(file, "wsfanout"), "stop_grace_period").TrimEnd('s');

        Assert.True(
            TimeSpan.FromSeconds(int.Parse(grace, CultureInfo.InvariantCulture)) > new HostOptions().DrainTimeout,
            $"{file} kills the server after {grace} s, WS_DRAIN_TIMEOUT is {new HostOptions().DrainTimeout}.");
    }

    [Fact]
    public void The_planned_machine_leaves_the_system_its_share()
    {
        var service = ComposeText.Service(PlannedMachine, "wsfanout");

        Assert.Equal("1.8", ComposeText.Value(service, "cpus"));
        Assert.Equal("1792m", ComposeText.Value(service, "mem_limit"));
    }

    [Fact]
    public void Only_the_server_and_the_balancer_are_reachable_from_other_machines()
    {
        Assert.Equal(["127.0.0.1:4222:4222", "3002:3002", "3003:3003", "127.0.0.1:9090:9090", "127.0.0.1:9093:9093", "127.0.0.1:3000:3000"], ComposeText.PublishedPorts(OneMachine));
    }

    [Fact]
    public void Every_image_from_outside_is_pinned_to_a_patch()
    {
        var images = Regex.Matches(RepositoryFiles.ReadText(OneMachine), @"^    image: (.+)$", RegexOptions.Multiline).Select(match => match.Groups[1].Value);

        Assert.All(images.Where(image => !image.StartsWith('$')), image => Assert.Matches(@":v?\d+\.\d+\.\d+(-\w+)?$", image));
    }
}
