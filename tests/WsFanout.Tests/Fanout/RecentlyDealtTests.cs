using WsFanout.Fanout;

namespace WsFanout.Tests.Fanout;

public sealed class RecentlyDealtTests
{
    private const int SpanMs = 800;

    private const int MostBytes = 8_000;

    private static readonly TimeSpan Span = TimeSpan.FromMilliseconds(SpanMs);
    private static readonly TimeSpan Slack = Span / 8;

    private readonly TestClock _clock = new();

    [Fact]
    public void Against_a_record_of_every_message_it_is_right_to_an_eighth_of_the_span_and_of_the_bytes()
    {
        var recent = new RecentlyDealt(Span, MostBytes, _clock);
        var random = new Random(7);
        var dealt = new List<(long At, long Before)>();
        var (old, far) = (0, 0);
        var bytes = 0L;
        for (var turn = 0; turn < 5_000; turn++)
        {
            // Rushes, a steady flow, and pauses that outlast the span.
            _clock.Advance(TimeSpan.FromMilliseconds((turn / 500 % 3) switch { 0 => random.Next(2), 1 => random.Next(30), _ => random.Next(3 * SpanMs) }));
            var before = bytes;
            for (var i = random.Next(1, 64); i > 0; i--)
            {
                dealt.Add((_clock.GetTimestamp(), bytes));
                bytes += random.Next(turn / 250 % 2 == 0 ? 2 : 60);
            }

            recent.Note(dealt.Count, bytes - before, _clock.GetTimestamp());

            var sequence = random.Next(Math.Max(1, dealt.Count - 500), dealt.Count + 1);
            var age = _clock.GetElapsedTime(dealt[sequence - 1].At);
            var since = bytes - dealt[sequence - 1].Before;
            var isRecent = recent.Contains(sequence, _clock.GetTimestamp());
            if (age < Span && since < MostBytes) Assert.True(isRecent, $"{sequence} was dealt {age} and {since} bytes ago");

            // A batch is at most 64 × 60 bytes, and is noted as a whole.
            var (isOld, isFar) = (age >= Span + Slack, since >= MostBytes + (MostBytes / 8) + (64 * 60));
            if (isOld || isFar) Assert.False(isRecent, $"{sequence} was dealt {age} and {since} bytes ago");
            (old, far) = (old + (isOld ? 1 : 0), far + (isFar && !isOld ? 1 : 0));
        }

        Assert.InRange(old, 500, 4_500);
        Assert.InRange(far, 100, 4_500);
    }

    [Fact]
    public void Numbers_that_begin_anew_are_recent_whatever_was_dealt_before()
    {
        var recent = new RecentlyDealt(Span, MostBytes, _clock);
        recent.Note(1_000, 1, _clock.GetTimestamp());
        _clock.Advance(2 * Span);
        Assert.False(recent.Contains(5, _clock.GetTimestamp()));

        recent.Clear();

        Assert.True(recent.Contains(5, _clock.GetTimestamp()));
    }
}
