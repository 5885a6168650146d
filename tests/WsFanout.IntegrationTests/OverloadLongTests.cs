using WsFanout.IntegrationTests.Support;
using Xunit.Abstractions;

namespace WsFanout.IntegrationTests;

/// <summary>What <see cref="OverloadTests"/> shows in seconds, for minutes, and what takes a minute by itself.</summary>
[Collection(HeavyTests.Name)]
public sealed class OverloadLongTests(ITestOutputHelper output)
{
    private const int TwoMinutes = 20;

    [LongFact(inCgroup: true)]
    public async Task Two_minutes_of_a_neighbour_that_comes_and_goes_every_three_seconds_cost_nobody_a_message() =>
        output.WriteLine(await SquareWave.RunAsync(0.5, TwoMinutes));

    [LongFact(inCgroup: true)]
    public async Task Two_minutes_of_it_with_resume_at_the_threshold_as_the_plan_has_it() =>
        output.WriteLine(await SquareWave.RunAsync(0.5, TwoMinutes, ("WS_CPU_REJECT_RESUME", "75"), ("WS_CPU_PAUSE_RESUME", "80")));

    [LongFact(inCgroup: true)]
    public async Task A_quota_that_gets_tighter_under_a_normal_load_is_noticed_and_so_is_its_return() =>
        output.WriteLine(await TighterQuota.RunAsync(TimeSpan.FromSeconds(8)));

    [LongFact(inCgroup: true)]
    public async Task A_minute_of_30_percent_quota_at_a_normal_load_is_lived_through_with_health_answering() =>
        output.WriteLine(await TighterQuota.RunAsync(TimeSpan.FromMinutes(1)));
}
