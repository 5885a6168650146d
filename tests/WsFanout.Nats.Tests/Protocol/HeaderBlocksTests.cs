using System.Text;
using WsFanout.Nats.Protocol;

namespace WsFanout.Nats.Tests.Protocol;

public class HeaderBlocksTests
{
    [Theory]
    [InlineData("NATS/1.0\r\n\r\n", 0, "")]
    [InlineData("NATS/1.0 503\r\n\r\n", 503, "")]
    [InlineData("NATS/1.0 404 No Messages\r\n\r\n", 404, "No Messages")]
    [InlineData("NATS/1.0   100   Idle Heartbeat\r\nA: b\r\n\r\n", 100, "Idle Heartbeat")]
    [InlineData("NATS/1.0100\r\n\r\n", 100, "")]
    [InlineData("NATS/1.0 1000\r\n\r\n", 0, "")]
    [InlineData("NATS/1.0 40x\r\n\r\n", 0, "")]
    [InlineData("NATS/1.0 4\r\n\r\n", 0, "")]
    [InlineData("HTTP/1.1 404 Not Found\r\n\r\n", 0, "")]
    [InlineData("NATS/1.0\r\nStatus: 404\r\n\r\n", 0, "")]
    [InlineData("", 0, "")]
    public void The_status_is_that_of_the_first_line_and_nothing_else(string block, int status, string text)
    {
        Assert.Equal(status, HeaderBlocks.StatusOf(Encoding.UTF8.GetBytes(block), out var found));

        Assert.Equal(text, Encoding.UTF8.GetString(found));
    }

    [Theory]
    [InlineData("Name", "first")]
    [InlineData("name", "lower")]
    [InlineData("Empty", "")]
    [InlineData("Url", "nats://x:4222")]
    [InlineData("Missing", null)]
    [InlineData("Nam", null)]
    [InlineData("NATS/1.0", null)]
    public void A_header_is_found_by_its_exact_name_and_the_first_of_several_counts(string name, string? value)
    {
        var block = "NATS/1.0\r\nName: first\r\nName: second\r\nname:lower\r\nEmpty:\r\nUrl:  nats://x:4222 \r\nnonsense\r\n\r\n"u8;

        var found = HeaderBlocks.TryGet(block, Encoding.UTF8.GetBytes(name), out var bytes);

        Assert.Equal(value, found ? Encoding.UTF8.GetString(bytes) : null);
    }

    [Theory]
    [InlineData("", "v")]
    [InlineData("a b", "v")]
    [InlineData("a:b", "v")]
    [InlineData("a\r\nb", "v")]
    [InlineData("ä", "v")]
    [InlineData("a", "v\r\nX: y")]
    [InlineData("a", "v\n")]
    public void A_header_that_would_forge_others_is_refused(string name, string value)
    {
        Assert.ThrowsAny<ArgumentException>(() => new NatsHeaders { { name, value } });
    }
}
