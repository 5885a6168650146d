using System.Text.Json.Nodes;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>A checker that finds nothing proves nothing: it is shown one of each fault.</summary>
public sealed class DeliveryCheckerTests
{
    private static readonly StreamMessage[] Stored = [new(1, "a"), new(2, "b"), new(3, "a"), new(4, "a")];

    [Fact]
    public void A_kept_promise_is_no_problem() => Assert.Empty(Check(Message(1, 0), Message(3, 1), Message(4, 3)));

    [Fact]
    public void A_missing_message_is_lost_unless_a_gap_covers_it()
    {
        Assert.Contains("lost 3 on a", Check(Message(1, 0), Message(4, 0)));
        Assert.Empty(Check(Message(1, 0), Gap(2, 3), Message(4, 0)));
    }

    [Fact]
    public void A_repeated_message_is_a_duplicate() => Assert.Contains("duplicate 3", Check(Message(1, 0), Message(3, 1), Message(3, 1), Message(4, 3)));

    [Fact]
    public void A_message_out_of_order_is_an_inversion() => Assert.Contains("inversion: 1 after 3", Check(Message(3, 0), Message(1, 0), Message(4, 3)));

    [Fact]
    public void A_gap_over_a_delivered_message_is_dishonest() => Assert.Contains("dishonest gap over 3", Check(Message(1, 0), Message(3, 1), Gap(2, 3), Message(4, 3)));

    [Fact]
    public void A_prev_that_was_never_seen_breaks_the_chain() =>
        Assert.Contains("chain: 4 on a names 3, 1 was seen", Check(Message(1, 0), Message(4, 3)));

    [Fact]
    public void A_message_that_nobody_stored_is_invented() => Assert.Contains("invented 9", Check(Message(1, 0), Message(3, 1), Message(4, 3), Message(9, 4)));

    [Fact]
    public void A_message_of_another_channel_is_stray() =>
        Assert.Contains("stray: 2 on b", Check(Message(1, 0), Message(2, 0, "b"), Message(3, 1), Message(4, 3)));

    private static IReadOnlyList<string> Check(params JsonNode[] frames) => new DeliveryChecker(Stored).Check(frames, channel => channel == "a", 0, 4);

    private static JsonObject Message(long sequence, long previous, string channel = "a") =>
        new() { ["type"] = "message", ["channel"] = channel, ["seq"] = sequence, ["prev"] = previous };

    private static JsonObject Gap(long from, long to) => new() { ["type"] = "gap", ["from"] = from, ["to"] = to };
}
