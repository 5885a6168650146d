namespace WsFanout.Nats.Tests;

public class Rfc3339Tests
{
    [Theory]
    [InlineData("2023-11-14T22:13:20.123456789Z", 1_700_000_000_123_456_789)]
    [InlineData("2023-11-14T22:13:20.1Z", 1_700_000_000_100_000_000)]
    [InlineData("2023-11-14T22:13:20Z", 1_700_000_000_000_000_000)]
    [InlineData("2023-11-14T22:13:20.000000001Z", 1_700_000_000_000_000_001)]
    public void Nanoseconds_are_exact_whatever_was_trimmed(string text, long nanos)
    {
        Assert.Equal(nanos, Rfc3339.ToUnixNanos(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("2023-11-14T22:13:20")]
    [InlineData("2023-11-14T22:13:20.Z")]
    [InlineData("2023-11-14T22:13:20.1234567890Z")]
    [InlineData("2023-11-14T22:13:20.12x4Z")]
    [InlineData("2023-11-14T22:13:20+01:00")]
    [InlineData("2023-13-14T22:13:20Z")]
    public void What_is_no_time_in_utc_is_refused(string text)
    {
        Assert.Throws<FormatException>(() => Rfc3339.ToUnixNanos(text));
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00Z", null)]
    [InlineData("1970-01-01T00:00:00Z", null)]
    [InlineData(null, null)]
    [InlineData("2023-11-14T22:13:20.123456789Z", 1_700_000_000_123L)]
    public void The_time_of_a_message_that_is_not_there_is_none(string? text, long? milliseconds)
    {
        Assert.Equal(milliseconds, new StreamState { FirstTs = text }.FirstTime?.ToUnixTimeMilliseconds());
    }
}
