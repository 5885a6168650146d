using System.Text;
using WsFanout.Nats.Protocol;

namespace WsFanout.Nats.Tests.Protocol;

public class FrameParserTests
{
    private static readonly string[] Expected =
    [
        "Info {\"server_id\":\"NB\",\"server_name\":\"n1\",\"version\":\"2.9.10\",\"proto\":1,\"headers\":true,\"max_payload\":1048576,\"jetstream\":true,\"client_id\":5}",
        "Ok",
        "Pong",
        "Msg a.b 7 [] [] [hello]",
        "Msg a.b 7 [reply.to] [] []",
        "Msg _INBOX.x.1 4 [] [] [{\"type\":\"io.nats.x.y.z\"}]",
        "Msg _INBOX.x 16 [] [NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: 5\r\nNats-Last-Stream: 7\r\n\r\n] []",
        "Msg a.b 7 [] [NATS/1.0 503\r\n\r\n] []",
        "Msg odin.token.BTC.trade 7 [$JS.ACK.S.c.1.9.1.1700000000000000001.0] [NATS/1.0\r\nNumber: abcde\r\n\r\n] [hi]",
        "Msg a.b 7 [] [] [\r\n\n]",
        "Ping",
        "Err Permissions Violation for Publish to \"x.y\"",
        "Info {\"server_id\":\"NB\",\"max_payload\":1048576,\"headers\":true,\"ldm\":true,\"connect_urls\":[\"10.0.0.2:4222\"]}",
    ];

    [Fact]
    public void Every_kind_of_frame_is_read_from_one_receive()
    {
        var frames = FrameText.ReadAll(new FrameReader(), Transcripts.All);

        Assert.Equal(Expected, frames);
    }

    [Fact]
    public void A_cut_at_any_byte_changes_nothing()
    {
        for (var cut = 0; cut <= Transcripts.All.Length; cut++)
        {
            var frames = FrameText.ReadAll(new FrameReader(), Transcripts.All.AsMemory(0, cut), Transcripts.All.AsMemory(cut));

            Assert.Equal(Expected, frames);
        }
    }

    [Fact]
    public void Input_that_comes_byte_by_byte_is_read_the_same()
    {
        var bytes = Enumerable.Range(0, Transcripts.All.Length).Select(at => (ReadOnlyMemory<byte>)Transcripts.All.AsMemory(at, 1)).ToArray();

        Assert.Equal(Expected, FrameText.ReadAll(new FrameReader(), bytes));
    }

    [Theory]
    [InlineData("HELLO world\r\n", "unknown operation 'HELLO'")]
    [InlineData("\r\n", "unknown operation ''")]
    [InlineData("GET / HTTP/1.1\r\n", "unknown operation 'GET'")]
    [InlineData("\u0001\u001b[2J\r\n", "unknown operation '??[2J'")]
    [InlineData("MSG a 1\r\n", "MSG with 2 arguments")]
    [InlineData("MSG a 1 r s 2\r\n", "MSG with 5 arguments")]
    [InlineData("HMSG a 1 r s 2 3 4\r\n", "HMSG with 7 arguments")]
    [InlineData("MSG a 1 -5\r\n", "size of a message is '-5'")]
    [InlineData("MSG a 1 +5\r\n", "size of a message is '+5'")]
    [InlineData("MSG a 1 0x10\r\n", "size of a message is '0x10'")]
    [InlineData("MSG a 1 134217729\r\n", "size of a message is '134217729', outside 0..134217728")]
    [InlineData("MSG a 1 4294967301\r\n", "size of a message is '4294967301'")]
    [InlineData("MSG a 1 99999999999999999999999999\r\n", "size of a message is '99999999999999999999999999'")]
    [InlineData("MSG a x 5\r\n", "subscription id is 'x'")]
    [InlineData("MSG a 9223372036854775808 5\r\n", "subscription id is '9223372036854775808'")]
    [InlineData("HMSG a 1 17 16\r\n", "size of a header block is '17', outside 0..16")]
    [InlineData("HMSG a 1 5 0\r\n", "size of a header block is '5', outside 0..0")]
    [InlineData("HMSG a 1 -1 16\r\n", "size of a header block is '-1'")]
    [InlineData("MSG a 1 5\r\nhelloXX", "no line end behind a payload")]
    [InlineData("MSG a 1 5\r\nhello\n\r", "no line end behind a payload")]
    public void What_cannot_be_trusted_ends_the_connection_and_says_why(string input, string reason)
    {
        var violation = Assert.Throws<NatsProtocolException>(() => FrameText.ReadAll(new FrameReader(), Encoding.UTF8.GetBytes(input)));

        Assert.Contains(reason, violation.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_without_end_is_given_up_at_its_bound()
    {
        var reader = new FrameReader();

        var violation = Assert.Throws<NatsProtocolException>(() => FrameText.ReadAll(reader, new byte[FrameParser.MaxLineBytes + 1]));

        Assert.Contains("control line", violation.Message, StringComparison.Ordinal);
        Assert.InRange(reader.Space().Length, 0, 1024 * 1024);
    }

    [Fact]
    public void A_payload_larger_than_the_buffer_is_read_whole()
    {
        var payload = new string('x', 1_000_000);
        var input = Transcripts.Bytes($"MSG a 1 {payload.Length}\r\n{payload}\r\n", "PING\r\n");

        var frames = FrameText.ReadAll(new FrameReader(), input);

        Assert.Equal([$"Msg a 1 [] [] [{payload}]", "Ping"], frames);
    }
}
