using Microsoft.Extensions.Logging;
using WsFanout.Intake;
using WsFanout.Messages;

namespace WsFanout.Tests.Intake;

public sealed class HoleLogTests
{
    private readonly TestClock _clock = new();
    private readonly Lines _lines = new();
    private readonly HoleLog _log;

    public HoleLogTests() => _log = new HoleLog("S", _lines, _clock);

    [Fact]
    public void The_first_is_told_at_once_and_those_that_follow_in_one_line()
    {
        _log.Add(Hole.Between(5, 9, 0));
        for (var from = 11; from < 31; from += 2) _log.Add(Hole.Between(from, from, 0));
        Assert.Equal(["Stream S jumped over 5 to 9: a gap is announced to every client."], _lines.Said);

        _clock.Advance(TimeSpan.FromSeconds(9));
        _log.SayWhenDue();
        Assert.Single(_lines.Said);

        _clock.Advance(TimeSpan.FromSeconds(1));
        _log.SayWhenDue();
        Assert.Equal("Stream S jumped over 10 messages in 10 places between 11 and 29: each was announced to every client as a gap.", _lines.Said[^1]);

        _clock.Advance(TimeSpan.FromSeconds(10));
        _log.SayWhenDue();
        Assert.Equal(2, _lines.Said.Count);
    }

    [Fact]
    public void What_was_kept_back_is_told_at_the_end()
    {
        _log.Add(Hole.Between(1, 1, 0));
        _log.Add(Hole.Between(3, 4, 0));

        _log.Say();
        _log.Say();

        Assert.Equal(["Stream S jumped over 1 to 1: a gap is announced to every client.", "Stream S jumped over 3 to 4: a gap is announced to every client."], _lines.Said);
    }

    private sealed class Lines : ILogger
    {
        public List<string> Said { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Said.Add(formatter(state, exception));
    }
}
