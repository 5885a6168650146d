using System.Text;
using System.Text.Json.Nodes;
using WsFanout.Messages;

namespace WsFanout.Tests.Messages;

public sealed class MessageEncoderTests
{
    private static readonly Channel Channel = new("BTC.trade");

    [Fact]
    public void The_keys_stand_in_the_contract_s_order_and_the_payload_untouched()
    {
        var message = Encode("{\"price\": 1.50}"u8);

        Assert.Equal("""{"type":"message","channel":"BTC.trade","seq":1042,"prev":1038,"ts":1795224000123,"data":{"price": 1.50}}""", Text(message));
        Assert.Equal((1042L, 1795224000123L, 7L), (message.Sequence, message.TimestampMs, message.ArrivedAt));
    }

    [Theory]
    [InlineData("hello", "\"hello\"")]
    [InlineData("", "\"\"")]
    [InlineData("say \"hi\"\n", "\"say \\\"hi\\\"\\n\"")]
    [InlineData("é €", "\"é €\"")]
    [InlineData("[1,", "\"[1,\"")]
    public void Other_text_becomes_a_json_string(string payload, string data)
    {
        var text = Text(Encode(Encoding.UTF8.GetBytes(payload)));

        Assert.EndsWith($",\"data\":{data}}}", text, StringComparison.Ordinal);
        Assert.Equal(payload, JsonNode.Parse(text)!["data"]!.GetValue<string>());
    }

    [Fact]
    public void Bytes_that_are_no_text_become_base64()
    {
        byte[] payload = [0xff, 0x00, 0xfe, 0x31];

        var json = JsonNode.Parse(Text(Encode(payload)))!;

        Assert.Null(json["data"]);
        Assert.Equal(payload, Convert.FromBase64String(json["base64"]!.GetValue<string>()));
    }

    [Fact]
    public void A_channel_s_name_is_escaped_as_json()
    {
        var message = MessageEncoder.Encode(new Channel("a\"b\\é"), 1, 0, 2, "1"u8, 0);

        Assert.Equal("a\"b\\é", JsonNode.Parse(Text(message))!["channel"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(125, 2)]
    [InlineData(126, 4)]
    [InlineData(65535, 4)]
    [InlineData(65536, 10)]
    public void The_header_says_the_length_in_the_shortest_form(int payloadLength, int headerLength)
    {
        var frame = Frame.Text(new byte[payloadLength]);

        Assert.Equal(headerLength, frame.HeaderLength);
        Assert.Equal(headerLength + payloadLength, frame.Length);
        Assert.Equal(0x81, frame.Bytes[0]);
        Assert.Equal(payloadLength, DeclaredLength(frame.Bytes));
    }

    [Fact]
    public void A_payload_of_a_mebibyte_is_one_frame()
    {
        var payload = Encoding.UTF8.GetBytes($"\"{new string('x', 1 << 20)}\"");

        var message = Encode(payload);

        Assert.Equal(10, message.HeaderLength);
        Assert.Equal(message.Length - 10, DeclaredLength(message.Bytes));
    }

    private static Message Encode(ReadOnlySpan<byte> payload) => MessageEncoder.Encode(Channel, 1042, 1038, 1795224000123, payload, 7);

    private static string Text(Frame frame) => Encoding.UTF8.GetString(frame.Payload.Span);

    private static long DeclaredLength(byte[] frame) => frame[1] switch
    {
        126 => (frame[2] << 8) | frame[3],
        127 => System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(frame.AsSpan(2)),
        _ => frame[1],
    };
}
