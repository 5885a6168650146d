using WsFanout.Fanout;
using WsFanout.History;
using WsFanout.Intake;
using WsFanout.Messages;
using WsFanout.Nats;
using WsFanout.Telemetry;

namespace WsFanout.Tests.Intake;

public sealed class StreamHeadroomTests : IDisposable
{
    private const string Created = "2026-11-21T00:00:00Z";

    private readonly TestClock _clock = new();
    private readonly Meters _meters = new();
    private readonly StreamLedger _ledger;
    private readonly StreamHeadroom _headroom;
    private int _waiting;

    public StreamHeadroomTests()
    {
        var served = new ServedSubjects(new StreamOptions());
        _ledger = new StreamLedger(served, new MessageHistory(new HistoryOptions(), new HistoryMetrics(_meters)), new Ring(new FanoutOptions(), 1), new IntakeMetrics(_meters), _clock);
        _headroom = new StreamHeadroom("S", _ledger, () => _waiting, _clock);
    }

    public void Dispose() => _meters.Dispose();

    [Fact]
    public void Before_the_first_look_nothing_is_known() =>
        Assert.Equal((0L, 0L, double.PositiveInfinity), (_headroom.Lag, _headroom.Lost, _headroom.Seconds));

    [Fact]
    public async Task A_stream_that_has_been_read_to_its_end_keeps_the_next_message_for_its_whole_age()
    {
        await ReadToAsync(100, TimeSpan.FromHours(1));

        _headroom.Saw(Stream(first: 1, last: 100, maxAge: 30));

        Assert.Equal((0L, 30.0), (_headroom.Lag, _headroom.Seconds));
    }

    [Fact]
    public async Task What_came_after_the_end_had_been_read_is_no_older_than_that()
    {
        // The last message read is an hour old: what comes now is young all the same.
        await ReadToAsync(100, TimeSpan.FromHours(1));
        _headroom.Saw(Stream(first: 100, last: 100, maxAge: 30));
        _clock.Advance(TimeSpan.FromSeconds(5));

        _headroom.Saw(Stream(first: 100, last: 110, maxAge: 30));

        Assert.Equal(10, _headroom.Lag);
        Assert.Equal(25, _headroom.Seconds, 0.1);
        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(5, _headroom.Seconds, 0.1);
        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(0, _headroom.Seconds);
    }

    [Fact]
    public async Task Behind_from_the_start_the_age_of_the_last_message_read_decides()
    {
        await ReadToAsync(100, TimeSpan.FromSeconds(12));

        _headroom.Saw(Stream(first: 90, last: 500, maxAge: 30));
        Assert.Equal(18, _headroom.Seconds, 0.1);

        // Nothing new comes, and what is there gets older.
        _clock.Advance(TimeSpan.FromSeconds(5));
        _headroom.Saw(Stream(first: 90, last: 500, maxAge: 30, lastAgo: 5));
        Assert.Equal(13, _headroom.Seconds, 0.1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(24)]
    public async Task A_wall_clock_that_is_wrong_or_put_right_changes_nothing(int hours)
    {
        await ReadToAsync(100, TimeSpan.FromSeconds(12));
        var broker = Stream(first: 90, last: 500, maxAge: 30);
        _clock.SetWallClockBy(TimeSpan.FromHours(hours));

        _headroom.Saw(broker);
        Assert.Equal(18, _headroom.Seconds, 0.1);

        _clock.SetWallClockBy(TimeSpan.FromHours(-2 * hours));
        Assert.Equal(18, _headroom.Seconds, 0.1);
    }

    [Theory]
    [InlineData(1000, -1, 45)]
    [InlineData(-1, 100_000, 45)]
    [InlineData(600, -1, 5)]
    public async Task Limits_of_messages_and_bytes_are_reached_at_the_rate_the_stream_grows(long maxMessages, long maxBytes, double expectedSeconds)
    {
        // 100 bytes each, 10 a second. Up to the limit, and then until the oldest unread one is the first.
        await ReadToAsync(100, TimeSpan.Zero);
        _headroom.Saw(Stream(first: 51, last: 540, 0, maxMessages, maxBytes));
        _clock.Advance(TimeSpan.FromSeconds(1));

        _headroom.Saw(Stream(first: 51, last: 550, 0, maxMessages, maxBytes));

        Assert.Equal(expectedSeconds + 10, _headroom.Seconds, 0.5);
    }

    [Fact]
    public async Task What_the_stream_has_dropped_unread_is_counted()
    {
        await ReadToAsync(100, TimeSpan.FromSeconds(60));

        _headroom.Saw(Stream(first: 151, last: 300, maxAge: 30));

        Assert.Equal((200L, 50L, 0.0), (_headroom.Lag, _headroom.Lost, _headroom.Seconds));
    }

    [Fact]
    public async Task What_has_come_and_waits_is_not_lost_whatever_the_stream_drops()
    {
        await ReadToAsync(100, TimeSpan.FromSeconds(60));
        _waiting = 30;

        _headroom.Saw(Stream(first: 131, last: 130, maxAge: 30));
        Assert.Equal((30L, 0L, 30.0, true), (_headroom.Lag, _headroom.Lost, _headroom.Seconds, _headroom.HasAll));

        _headroom.Saw(Stream(first: 151, last: 300, maxAge: 30));
        Assert.Equal((20L, 0.0, false), (_headroom.Lost, _headroom.Seconds, _headroom.HasAll));
    }

    [Fact]
    public async Task The_numbers_of_another_stream_mean_nothing_and_say_that_the_one_that_is_read_is_gone()
    {
        await ReadToAsync(100, TimeSpan.FromSeconds(60));

        _headroom.Saw(Stream(first: 151, last: 300, maxAge: 30, created: "2026-11-21T00:00:01Z"));

        Assert.Equal((0L, 0L, true), (_headroom.Lag, _headroom.Lost, _headroom.IsStreamGone));
        Assert.Null(_headroom.DroppedTo);
        _headroom.Saw(Stream(first: 151, last: 300, maxAge: 30));
        Assert.Equal((50L, 150L, false), (_headroom.Lost, _headroom.DroppedTo!.Value.Sequence, _headroom.IsStreamGone));
        _headroom.Forget();
        Assert.Equal((0L, 0L), (_headroom.Lag, _headroom.Lost));
    }

    private async Task ReadToAsync(long sequence, TimeSpan ago) =>
        await _ledger.ResetAsync(new Position(StreamEpoch.Of("S", Created), sequence, (_clock.GetUtcNow() - ago).ToUnixTimeMilliseconds()), default, CancellationToken.None);

    private StreamInfo Stream(long first, long last, double maxAge = 0, long maxMessages = -1, long maxBytes = -1, double lastAgo = 0, string created = Created) => new()
    {
        Created = created,
        Config = new StreamConfig { MaxAge = TimeSpan.FromSeconds(maxAge), MaxMsgs = maxMessages, MaxBytes = maxBytes },
        State = new StreamState { FirstSeq = first, LastSeq = last, LastTs = (_clock.GetUtcNow() - TimeSpan.FromSeconds(lastAgo)).ToString("O"), Messages = last - first + 1, Bytes = (last - first + 1) * 100 },
    };
}
