using WsFanout.IntegrationTests.Conformance;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>A server that is told to stop, as a process, whatever goes on at that moment: everybody is told, nothing is lost, it ends in time.</summary>
[Collection(HeavyTests.Name)]
public sealed class DrainTests
{
    private const int Polite = 90;

    /// <summary>Their goodbyes take a second.</summary>
    private const int Bystanders = 500;

    /// <summary>Makes the window of the returns longer than it has to be at least.</summary>
    private const int PerSecond = 50;

    public static TheoryData<string> Ways => [.. EchoServers.Ways];

    [Fact]
    public async Task During_traffic_everybody_is_told_when_to_come_back_and_gets_all_up_to_then() =>
        await Task.WhenAll(EchoServers.Ways.Select(way => OnABrokerAsync(nats => DrainScenario.DuringTrafficAsync(nats, Polite, PerSecond, way))));

    [Fact]
    public async Task Without_a_broker_what_is_published_meanwhile_still_reaches_those_who_are_there()
    {
        await using var run = await DrainRun.StartAsync(PerSecond);
        await run.AddBystandersAsync(Bystanders);
        await run.FillAsync(Polite);
        var published = 0;
        while (published < 10 && await run.TryPublishAsync($"{published}")) published++;
        await run.WaitForMessagesAsync(published);

        run.Terminate();
        var accepted = published;
        while (await run.TryPublishAsync($"{accepted}")) accepted++;
        await run.AssertEndedWellAsync();

        run.AssertNothingIsMissing();
        Assert.All(run.Guests, guest => Assert.True(guest.Sequences.Count > published, "what was published during the drain should have come"));
    }

    [Fact]
    public async Task With_the_broker_gone_or_frozen_or_the_intake_paused_it_goes_the_same_way() =>
        await Task.WhenAll(
            OnABrokerAsync(nats => DrainScenario.DuringOutageAsync(nats, Polite, PerSecond, isFrozen: false)),
            OnABrokerAsync(nats => DrainScenario.DuringOutageAsync(nats, Polite, PerSecond, isFrozen: true)),
            OnABrokerAsync(nats => DrainScenario.WhilePausedAsync(nats, Polite, PerSecond)));

    [Theory]
    [InlineData("WsFanout")]
    [InlineData("Listening on")]
    [InlineData("Attached to")]
    public async Task During_the_start_it_ends_well_and_leaves_no_consumer(string saying) =>
        await OnABrokerAsync(nats => DrainScenario.DuringStartAsync(nats, saying));

    [Fact]
    public async Task Told_while_its_consumer_is_being_made_it_leaves_none() => await OnABrokerAsync(DrainScenario.DuringAttachAsync);

    [Fact]
    public async Task During_a_start_that_waits_for_a_broker_that_answers_nothing() =>
        await OnABrokerAsync(async nats =>
        {
            nats.Stop();
            await using var run = await DrainRun.StartAsync(PerSecond, ("NATS_URL", nats.Url.ToString()));

            run.Terminate();
            Assert.Equal(0, await run.Program.WaitForExitAsync(DrainRun.Limit));

            run.AssertQuietLog();
        });

    [Fact]
    public async Task Told_twice_it_ends_within_a_second()
    {
        await using var run = await DrainRun.StartAsync(PerSecond);
        await run.FillAsync(Polite);

        run.Terminate();
        await Wait.UntilAsync(() => run.Guests.Any(guest => guest.Bye is not null), "the drain should have begun");
        run.Terminate();

        Assert.Equal(130, await run.Program.WaitForExitAsync(TimeSpan.FromSeconds(1)));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Whoever_comes_in_at_that_moment_is_refused_or_told_and_never_just_cut(string way)
    {
        await using var run = await DrainRun.StartAsync(10_000, ("WS_TRANSPORT", way));
        await DrainScenario.WhileOthersComeInAsync(run);
    }

    private static async Task OnABrokerAsync(Func<NatsServerProcess, Task> scenario)
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await scenario(nats);
    }
}
