using WsFanout.Fanout;
using WsFanout.History;
using WsFanout.Intake;
using WsFanout.Messages;
using WsFanout.Telemetry;

namespace WsFanout.Tests.Intake;

/// <summary>How the ledger fills the History with what lies before the place from which a stream is followed.</summary>
public sealed class LedgerRefillTests : IDisposable
{
    private const long NanosPerMillisecond = 1_000_000;

    private readonly Meters _meters = new();
    private readonly MessageHistory _history;
    private readonly Ring _ring = new(new FanoutOptions(), 1);
    private readonly StreamLedger _ledger;

    public LedgerRefillTests()
    {
        _history = new MessageHistory(new HistoryOptions(), new HistoryMetrics(_meters));
        _ledger = new StreamLedger(new ServedSubjects(new StreamOptions()), _history, _ring, new IntakeMetrics(_meters), new TestClock());
    }

    public void Dispose() => _meters.Dispose();

    [Fact]
    public async Task Until_it_is_done_the_position_stays_and_the_workers_are_given_nothing()
    {
        await _ledger.ResetAsync(new Position("old", 7, 1), default, CancellationToken.None);

        _ledger.BeginRefill(new Position("new", 100, 1_000));
        Refill(101);
        Refill(102);

        Assert.Equal((new Position("old", 7, 1), 1L, 102L), (_ledger.Position, _ring.Head, _ledger.RefilledTo));
        await EndAsync(102);
        Assert.Equal((new Position("new", 102, 9_000), 2L), (_ledger.Position, _ring.Head));
        Assert.Equal(("new", 102L), (Assert.IsType<Reset>(_ring[1]).Epoch, _ring[1].Sequence));
    }

    [Fact]
    public async Task It_begins_above_its_floor_and_holes_within_it_and_at_its_end_are_remembered()
    {
        _ledger.BeginRefill(new Position("e", 100, 1_000));
        Refill(103);
        Refill(104);
        Refill(106);
        await EndAsync(109);

        Assert.Equal(100, _history.Floor);
        Assert.Equal([(101L, 102L), (105L, 105L), (107L, 109L)], _history.Holes.Select(hole => (hole.From, hole.To)));
        Assert.Equal([106L, 104, 103], Held());
    }

    [Fact]
    public async Task A_live_message_names_the_one_before_it_unless_a_hole_lies_between()
    {
        _ledger.BeginRefill(new Position("e", 0, 0));
        Refill(1);
        Refill(2);
        await EndAsync(2);
        Assert.Contains("\"prev\":2", Text(Accept(3)), StringComparison.Ordinal);

        _ledger.BeginRefill(new Position("e", 0, 0));
        Refill(1);
        await EndAsync(2);
        Assert.Contains("\"prev\":0", Text(Accept(3)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_was_given_up_leaves_nothing_in_the_next()
    {
        _ledger.BeginRefill(new Position("e", 0, 0));
        Refill(1);
        Refill(5);

        _ledger.BeginRefill(new Position("e", 3, 0));
        Refill(4);
        await EndAsync(4);

        Assert.Equal((3L, 4L), (_history.Floor, _ledger.Position.Sequence));
        Assert.Empty(_history.Holes);
        Assert.Equal([4L], Held());
    }

    [Fact]
    public async Task The_newest_of_a_silent_channel_is_held_dealt_to_nobody_and_named_by_the_next()
    {
        _ledger.BeginRefill(new Position("e", 100, 1_000));
        RefillSilent("odin.token.a", 40);
        RefillSilent("odin.token.b", 41);
        Refill(101);
        await EndAsync(101);

        Assert.Equal([101L], Held());
        Assert.Equal(41L, _history.Find("b")!.Newest!.Sequence);
        Assert.Equal((100L, 1L), (_history.Floor, _ring.Head));
        Assert.Contains("\"prev\":40", Text(_history.Find("a")!.Newest), StringComparison.Ordinal);
        Assert.Contains("\"prev\":41", Text(_ledger.Accept("odin.token.b"u8, "1"u8, 102, 9_000 * NanosPerMillisecond)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("doubt")]
    [InlineData("a hole in the window")]
    [InlineData("a hole at its end")]
    public async Task A_silent_channel_s_newest_is_not_named_where_another_may_have_followed_it(string why)
    {
        _ledger.BeginRefill(new Position("e", 100, 1_000));
        RefillSilent("odin.token.b", 41);
        if (why == "doubt") _ledger.DoubtSilent();
        Refill(why == "a hole in the window" ? 103 : 101);
        await EndAsync(why == "a hole at its end" ? 105 : 103);

        Assert.Equal(41L, _history.Find("b")!.Newest!.Sequence);
        Assert.Contains("\"prev\":0", Text(_ledger.Accept("odin.token.b"u8, "1"u8, 106, 9_000 * NanosPerMillisecond)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("odin.token.")]
    [InlineData("odin.token.a..b")]
    [InlineData("odin.token.a b")]
    [InlineData("odin.token.*")]
    [InlineData("elsewhere.a")]
    public void What_is_not_served_is_not_held_of_silent_subjects_either(string subject)
    {
        _ledger.BeginRefill(new Position("e", 100, 1_000));

        RefillSilent(subject, 40);

        Assert.Equal(0, _history.Bytes);
        Assert.Empty(_history.Window.Channels);
    }

    private void RefillSilent(string subject, long sequence) => _ledger.RefillSilent(System.Text.Encoding.UTF8.GetBytes(subject), "1"u8, sequence, 500 * NanosPerMillisecond);

    private void Refill(long sequence) => _ledger.Refill("odin.token.a"u8, "1"u8, sequence, 5_000 * NanosPerMillisecond);

    private Message? Accept(long sequence) => _ledger.Accept("odin.token.a"u8, "1"u8, sequence, 9_000 * NanosPerMillisecond);

    private async Task EndAsync(long sequence) => await _ledger.EndRefillAsync(new Position(sequence == 102 ? "new" : "e", sequence, 9_000), default, CancellationToken.None);

    private List<long> Held()
    {
        var held = new List<long>();
        for (var message = _history.Find("a")!.Newest; message is not null; message = message.Older) held.Add(message.Sequence);
        return held;
    }

    private static string Text(Message? message) => System.Text.Encoding.UTF8.GetString(message!.Payload.Span);
}
