using System.Text;

namespace WsFanout.Nats.Tests;

public sealed class NatsHeadersTests
{
    [Fact]
    public void Fields_are_written_in_order_with_repeats_and_in_utf8()
    {
        var headers = new NatsHeaders { { "A", "1" }, { "Nats-Msg-Id", "ü €" }, { "A", "" } };

        Assert.Equal("NATS/1.0\r\nA: 1\r\nNats-Msg-Id: ü €\r\nA: \r\n\r\n", Encoding.UTF8.GetString(headers.Encode()));
        Assert.Equal("NATS/1.0\r\n\r\n", Encoding.UTF8.GetString(new NatsHeaders().Encode()));
    }
}
