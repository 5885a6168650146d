using WsFanout.Fanout;

namespace WsFanout.Tests.Fanout;

public sealed class RecentlyDealtTests
{
    private const int SpanMs = 800;

    private static readonly TimeSpan Span = TimeSpan.FromMilliseconds(SpanMs);
    private static readonly TimeSpan Slack = Span / 8;

    private readonly TestClock _clock = new();

    [Fact]
    public void Against_a_record_of_every_message_it_is_right_to_an_eighth_of_the_span()
    {
        var recent = new RecentlyDealt(Span, _clock);
        var random = new Random(7);
        var dealt = new List<long>();
        var old = 0;
        for (var turn = 0; turn < 5_000; turn++)
        {
            // Rushes, a steady flow, and pauses that outlast the span.
            _clock.Advance(TimeSpan.FromMilliseconds((turn / 500 % 3) switch { 0 => random.Next(2), 1 => random.Next(30), _ => random.Next(3 * SpanMs) }));
            for (var i = random.Next(1, 64); i > 0; i--) dealt.Add(_clock.GetTimestamp());
            recent.Note(dealt.Count, _clock.GetTimestamp());

            var sequence = random.Next(Math.Max(1, dealt.Count - 500), dealt.Count + 1);
            var age = _clock.GetElapsedTime(dealt[sequence - 1]);
            var isRecent = recent.Contains(sequence, _clock.GetTimestamp());
            if (age < Span) Assert.True(isRecent, $"{sequence} was dealt {age} ago");
            if (age < Span + Slack) continue;
            old++;
            Assert.False(isRecent, $"{sequence} was dealt {age} ago");
        }

        Assert.InRange(old, 500, 4_500);
    }

    [Fact]
    public void Numbers_that_begin_anew_are_recent_whatever_was_dealt_before()
    {
        var recent = new RecentlyDealt(Span, _clock);
        recent.Note(1_000, _clock.GetTimestamp());
        _clock.Advance(2 * Span);
        Assert.False(recent.Contains(5, _clock.GetTimestamp()));

        recent.Clear();

        Assert.True(recent.Contains(5, _clock.GetTimestamp()));
    }
}
