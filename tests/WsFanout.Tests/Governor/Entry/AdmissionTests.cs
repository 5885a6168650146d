using System.Net;
using WsFanout.Governor.Entry;

namespace WsFanout.Tests.Governor.Entry;

public sealed class AdmissionTests : IDisposable
{
    private readonly Governed _governed = new();
    private static readonly Newcomer Cold = new(null, IsResuming: false);
    private static readonly Newcomer Resuming = new(null, IsResuming: true);

    private readonly TestClock _clock = new();

    public void Dispose() => _governed.Dispose();

    [Fact]
    public void Cold_clients_leave_half_of_the_burst_to_those_that_resume()
    {
        var admission = Admit(new EntryOptions { PerSecond = 10, Burst = 20 });

        Assert.Equal(10, Enter(admission, Cold));
        Assert.Equal(10, Enter(admission, Resuming));
        _clock.Advance(TimeSpan.FromSeconds(0.51));
        Assert.Equal(0, Enter(admission, Cold));
        Assert.Equal(5, Enter(admission, Resuming));
    }

    [Fact]
    public void A_burst_of_one_lets_cold_clients_in()
    {
        var admission = Admit(new EntryOptions { PerSecond = 1, Burst = 1 });

        Assert.Equal(1, Enter(admission, Cold));
    }

    [Fact]
    public void While_nobody_resumes_cold_clients_have_the_whole_rate()
    {
        var admission = Admit(new EntryOptions { PerSecond = 100, Burst = 100 });
        Enter(admission, Cold);

        _clock.Advance(TimeSpan.FromSeconds(0.25));

        Assert.InRange(Enter(admission, Cold), 24, 26);
    }

    [Fact]
    public void One_address_that_is_refused_takes_nothing_from_the_others()
    {
        var admission = Admit(new EntryOptions { PerSecond = 10, Burst = 20, PerSecondOfAddress = 1, BurstOfAddress = 2 });
        var one = new Newcomer(admission.AddressOf(IPAddress.Parse("192.0.2.1"), default), IsResuming: true);
        var other = new Newcomer(admission.AddressOf(IPAddress.Parse("192.0.2.2"), default), IsResuming: true);

        Assert.Equal(2, Enter(admission, one));
        Assert.Equal(2, Enter(admission, other));
        Assert.Equal(16, Enter(admission, Resuming));
    }

    [Fact]
    public void A_place_that_is_not_there_costs_no_rate()
    {
        var slots = new ConnectionSlots(1);
        var admission = Admit(new EntryOptions { PerSecond = 0.1, Burst = 4 }, slots);
        var lease = admission.TryEnter(Resuming, out _)!;

        for (var i = 0; i < 10; i++)
        {
            Assert.Null(admission.TryEnter(Resuming, out var refused));
            Assert.Equal(Refusal.MaxConnections, refused!.Value.Why);
        }

        lease.Dispose();
        Assert.NotNull(admission.TryEnter(Resuming, out _));
    }

    [Fact]
    public void Clients_beyond_the_units_of_concurrency_are_told_so()
    {
        var slots = new ConnectionSlots(10);
        var admission = Admit(new EntryOptions { MostClientsByTasks = 3 }, slots);

        Assert.Equal(3, Enter(admission, Cold, Refusal.Tasks));
        Assert.Equal(3, slots.Taken);
    }

    [Fact]
    public void With_the_unlimited_rate_the_places_are_the_only_bound()
    {
        var admission = Admit(new EntryOptions(), new ConnectionSlots(5_000));

        Assert.Equal(5_000, Enter(admission, Cold, Refusal.MaxConnections));
    }

    [Fact]
    public void What_the_governor_says_comes_first()
    {
        _governed.Look(cpu: 99);
        var admission = new Admission(new EntryOptions { PerSecond = 1, Burst = 1 }, _governed.Governor, new ConnectionSlots(0), _clock, new Random(1));

        admission.TryEnter(Cold, out var refused);

        Assert.Equal(Refusal.Cpu, refused!.Value.Why);
    }

    [Theory]
    [InlineData(1, 100, 2)]
    [InlineData(150, 100, 2)]
    [InlineData(1_000, 100, 10)]
    [InlineData(3_000, 500, 6)]
    [InlineData(7_000, 100, 60)]
    public void Refused_clients_are_spread_over_the_time_that_the_rate_takes_for_all_of_them(int crowd, double perSecond, int seconds)
    {
        var told = Enumerable.Range(1, 400).Select(seed =>
        {
            var admission = Admit(new EntryOptions { PerSecond = perSecond }, seed: seed);
            for (var i = 1; i < crowd; i++) admission.Refuse(Refusal.Draining);
            return admission.Refuse(Refusal.Draining).RetryAfterSeconds;
        }).ToList();

        Assert.Equal(Enumerable.Range(1, seconds), told.Distinct().Order());
    }

    [Fact]
    public void A_crowd_that_has_gone_home_is_forgotten()
    {
        var admission = Admit(new EntryOptions { PerSecond = 10, Burst = 1 });
        for (var i = 0; i < 10_000; i++) admission.Refuse(Refusal.MaxConnections);

        _clock.Advance(TimeSpan.FromMinutes(3));

        Assert.All(Enumerable.Range(0, 10), _ => Assert.InRange(admission.Refuse(Refusal.MaxConnections).RetryAfterSeconds, 1, 2));
    }

    [Fact]
    public void Without_a_rate_the_crowd_is_spread_by_what_the_CPU_affords()
    {
        var admission = Admit(new EntryOptions { AffordablePerSecond = 10 });

        var told = Enumerable.Range(0, 1_000).Select(_ => admission.Refuse(Refusal.Memory).RetryAfterSeconds).Max();

        Assert.InRange(told, 50, 60);
    }

    [Fact]
    public void What_does_not_pass_has_no_time_to_come_back_and_joins_no_crowd()
    {
        var admission = Admit(new EntryOptions { PerSecond = 1 });

        for (var i = 0; i < 100; i++) Assert.Equal(0, admission.Refuse(Refusal.BadRequest).RetryAfterSeconds);

        Assert.InRange(admission.Refuse(Refusal.Cpu).RetryAfterSeconds, 1, 2);
    }

    private static int Enter(Admission admission, Newcomer newcomer) => Enter(admission, newcomer, Refusal.RateLimited);

    private static int Enter(Admission admission, Newcomer newcomer, Refusal refusedWith)
    {
        var entered = 0;
        Refused? refused;
        while (admission.TryEnter(newcomer, out refused) is not null) entered++;
        Assert.Equal(refusedWith, refused!.Value.Why);
        return entered;
    }

    private Admission Admit(EntryOptions options, ConnectionSlots? slots = null, int seed = 1) => new(
        options, _governed.Governor, slots ?? new ConnectionSlots(1_000), _clock, new Random(seed));
}
