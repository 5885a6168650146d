using WsFanout.Intake;
using WsFanout.Nats;

namespace WsFanout.Tests.Intake;

public sealed class StreamConcernsTests
{
    private static readonly StreamOptions Options = new() { Subjects = ["odin.token.>"], ReplayMaxAge = TimeSpan.FromSeconds(30) };
    private static readonly StreamConfig Config = new() { Subjects = ["odin.token.>"], MaxAge = TimeSpan.FromSeconds(30) };

    [Fact]
    public void A_stream_as_this_server_makes_it_is_no_concern() => Assert.Empty(StreamConcerns.Of(Config, Options));

    [Fact]
    public void A_stream_without_an_age_limit_is_no_concern() =>
        Assert.Empty(StreamConcerns.Of(Config with { MaxAge = TimeSpan.Zero }, Options with { PauseBudget = TimeSpan.FromHours(1) }));

    [Fact]
    public void A_stream_that_keeps_less_than_two_pauses_can_lose_messages()
    {
        Assert.Empty(StreamConcerns.Of(Config, Options with { PauseBudget = TimeSpan.FromSeconds(15) }));

        Assert.Contains("less than twice JS_PAUSE_BUDGET (15.5 s)", Assert.Single(StreamConcerns.Of(Config, Options with { PauseBudget = TimeSpan.FromSeconds(15.5) })), StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_that_keeps_less_than_the_replay_window_shortens_resumes_after_a_start() =>
        Assert.Contains("less than WS_REPLAY_MAX_AGE (30 s)", Assert.Single(StreamConcerns.Of(Config with { MaxAge = TimeSpan.FromSeconds(10) }, Options)), StringComparison.Ordinal);

    [Theory]
    [InlineData(-1, false)]
    [InlineData(100, false)]
    [InlineData(99, true)]
    [InlineData(1, true)]
    public void A_stream_that_keeps_fewer_messages_of_a_subject_than_the_replay_window_can_lose_them(long perSubject, bool isConcern)
    {
        var concerns = StreamConcerns.Of(Config with { MaxMsgsPerSubject = perSubject }, Options with { ReplayMessages = 100 }).ToArray();

        if (isConcern) Assert.Contains("less than WS_REPLAY_BUFFER_SIZE (100)", Assert.Single(concerns), StringComparison.Ordinal);
        else Assert.Empty(concerns);
    }

    [Theory]
    [InlineData("odin.>", null)]
    [InlineData("odin.token.*", "not all of odin.token.>")]
    [InlineData("odin.token.btc.>", "not all of odin.token.>")]
    [InlineData("*.token.>", null)]
    [InlineData("orders.>", "nobody will be given anything")]
    [InlineData("odin.token", "nobody will be given anything")]
    [InlineData("", null)]
    public void Subjects_that_the_stream_does_not_hold_are_named(string held, string? concern)
    {
        var concerns = StreamConcerns.Of(Config with { Subjects = held.Length == 0 ? null : [held] }, Options).ToArray();

        if (concern is null) Assert.Empty(concerns);
        else Assert.Contains(concern, Assert.Single(concerns), StringComparison.Ordinal);
    }
}
