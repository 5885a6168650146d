using System.Globalization;
using System.Text.RegularExpressions;
using WsFanout.Hosting;

namespace WsFanout.Tests.Deploy;

public sealed partial class ComposeFileTests
{
    private const string OneMachine = "docker-compose.yml";
    private const string PlannedMachine = "deploy/vm/compose.yml";

    [Theory]
    [InlineData(OneMachine)]
    [InlineData(PlannedMachine)]
    public void The_server_gets_the_plans_environment_block_unchanged(string file)
    {
        var planned = RepositoryFiles.ReadText("tests/WsFanout.Tests/Deploy/plan-environment.txt");

        // Four columns deeper, as a part of its service; otherwise to the letter, comments included.
        var outdented = Regex.Replace(RepositoryFiles.ReadText(file), "^ {4}", "", RegexOptions.Multiline);

        Assert.Contains(planned, outdented, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OneMachine)]
    [InlineData(PlannedMachine)]
    public void Beside_the_plans_block_only_the_address_of_the_stream_is_given(string file)
    {
        var planned = Variable().Matches(RepositoryFiles.ReadText("tests/WsFanout.Tests/Deploy/plan-environment.txt")).Select(match => match.Groups[1].Value);

        var given = Variable().Matches(RepositoryFiles.ReadText(file)).Select(match => match.Groups[1].Value);

        Assert.Equal([.. planned, "NATS_URL"], given);
    }

    [Fact]
    public void Both_files_start_the_same_image_on_the_same_port_in_the_same_way()
    {
        var here = Service(OneMachine, "wsfanout");
        var there = Service(PlannedMachine, "wsfanout");

        Assert.Equal(Value(here, "image"), Value(there, "image"));
        Assert.Equal(Block(here, "ports"), Block(there, "ports"));
        Assert.Equal(Block(here, "healthcheck"), Block(there, "healthcheck"));
        Assert.Equal(Block(here, "ulimits"), Block(there, "ulimits"));
        Assert.Equal(Value(here, "image"), Value(Service(OneMachine, "feed"), "image"));
    }

    [Fact]
    public void The_image_carries_the_version_of_the_build()
    {
        var version = Regex.Match(RepositoryFiles.ReadText("Directory.Build.props"), "<Version>(.+)</Version>").Groups[1].Value;

        Assert.Contains($"wsfanout:{version}}}", Value(Service(OneMachine, "wsfanout"), "image"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OneMachine)]
    [InlineData(PlannedMachine)]
    public void A_container_may_take_longer_to_stop_than_the_server_takes_to_drain(string file)
    {
        var grace = Value(Service(file, "wsfanout"), "stop_grace_period").TrimEnd('s');

        Assert.True(
            TimeSpan.FromSeconds(int.Parse(grace, CultureInfo.InvariantCulture)) > new HostOptions().DrainTimeout,
            $"{file} kills the server after {grace} s, WS_DRAIN_TIMEOUT is {new HostOptions().DrainTimeout}.");
    }

    [Fact]
    public void The_planned_machine_leaves_the_system_its_share()
    {
        var service = Service(PlannedMachine, "wsfanout");

        Assert.Equal("1.8", Value(service, "cpus"));
        Assert.Equal("1792m", Value(service, "mem_limit"));
    }

    [Fact]
    public void Only_the_server_is_reachable_from_other_machines()
    {
        var published = PublishedPort().Matches(RepositoryFiles.ReadText(OneMachine)).Select(match => match.Groups[1].Value);

        Assert.Equal(["127.0.0.1:4222:4222", "3002:3002", "127.0.0.1:9090:9090", "127.0.0.1:9093:9093", "127.0.0.1:3000:3000"], published);
    }

    [Fact]
    public void Every_image_from_outside_is_pinned_to_a_patch()
    {
        var images = Regex.Matches(RepositoryFiles.ReadText(OneMachine), @"^    image: (.+)$", RegexOptions.Multiline).Select(match => match.Groups[1].Value);

        Assert.All(images.Where(image => !image.StartsWith('$')), image => Assert.Matches(@":v?\d+\.\d+\.\d+(-\w+)?$", image));
    }

    private static string Service(string file, string name) => Block(RepositoryFiles.ReadText(file), name);

    /// <summary>The lines under <c>key:</c> that are deeper than it, without those around them.</summary>
    private static string Block(string text, string key)
    {
        var match = Regex.Match(text, $@"^( +){key}:\n((?:\1 +.*\n|\n)+)", RegexOptions.Multiline);
        Assert.True(match.Success, $"No block '{key}' in:\n{text}");
        return match.Groups[2].Value;
    }

    private static string Value(string service, string key)
    {
        var match = Regex.Match(service, $@"^    {key}: (.+)$", RegexOptions.Multiline);
        Assert.True(match.Success, $"No '{key}' in:\n{service}");
        return match.Groups[1].Value;
    }

    [GeneratedRegex(@"^ +- ([A-Z_]+)=", RegexOptions.Multiline)]
    private static partial Regex Variable();

    [GeneratedRegex(@"^ +- ""([\d.:]+:\d+)""$", RegexOptions.Multiline)]
    private static partial Regex PublishedPort();
}
