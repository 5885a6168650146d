using System.Text;

namespace WsFanout.Nats.Tests;

public class NatsJSMsgMetadataTests
{
    [Theory]
    [InlineData("$JS.ACK.S.c.1.12.7.1700000000123456789.3")]
    [InlineData("$JS.ACK.hub.ACCHASH.S.c.1.12.7.1700000000123456789.3")]
    [InlineData("$JS.ACK._.ACCHASH.S.c.1.12.7.1700000000123456789.3.RAND")]
    public void Old_and_new_forms_say_the_same(string replyTo)
    {
        Assert.True(NatsJSMsgMetadata.TryParse(Encoding.ASCII.GetBytes(replyTo), out var metadata));

        Assert.Equal(new NatsJSMsgMetadata(StreamSequence: 12, ConsumerSequence: 7, TimestampNanos: 1_700_000_000_123_456_789, Pending: 3), metadata);
    }

    [Theory]
    [InlineData("")]
    [InlineData("_INBOX.x")]
    [InlineData("$JS.ACK.S.c.1.12.7.1700000000123456789")]
    [InlineData("$JS.ACK.S.c.1.12.7.1700000000123456789.3.4")]
    [InlineData("$JS.ACK.a.b.S.c.1.12.7.1700000000123456789.3.x.y")]
    [InlineData("$JS.ACK.S.c.1.12.7.%!d(MISSING).3")]
    [InlineData("$JS.ACK.S.c.1.-12.7.1700000000123456789.3")]
    [InlineData("$JS.ACK.S.c.1..7.1700000000123456789.3")]
    [InlineData("$JS.ACK.S.c.1.12x.7.1700000000123456789.3")]
    [InlineData("$JS.ACK.S.c.1.99999999999999999999.7.1700000000123456789.3")]
    [InlineData("$JS.FC.S.c.1.12.7.1700000000123456789.3")]
    public void Anything_else_is_refused(string replyTo)
    {
        Assert.False(NatsJSMsgMetadata.TryParse(Encoding.ASCII.GetBytes(replyTo), out _));
    }
}
