using System.Text;
using WsFanout.Hosting.Endpoints.Publishing;

namespace WsFanout.Tests.Hosting.Endpoints.Publishing;

public sealed class PublishLineTests
{
    [Theory]
    [InlineData("""{"channel":"a","data":{"x":1}}""", """{"x":1}""")]
    [InlineData("""{ "data" : "ü\u00fc" , "channel" : "a" }""", """ "ü\u00fc" """)]
    [InlineData("""{"channel":"a","data":null}""", "null")]
    public void The_payload_is_the_text_of_data_byte_for_byte(string line, string payload)
    {
        var read = PublishLine.Read(Encoding.UTF8.GetBytes(line), 256);

        Assert.Null(read.Result);
        Assert.Equal(("a", payload.Trim()), (read.Channel, Encoding.UTF8.GetString(read.Payload.Span)));
    }

    [Fact]
    public void Text_that_is_no_utf8_is_refused_though_the_line_looks_like_json()
    {
        byte[] line = [.. """{"channel":"a","data":" """u8, 0xff, 0xfe, .. "\"}"u8];

        var read = PublishLine.Read(line, 256);

        Assert.Equal(("bad_request", "the line is no UTF-8 text"), (read.Result?.Outcome, read.Result?.Problem));
    }

    [Fact]
    public void A_line_that_is_nested_too_deep_is_told_how_deep_it_may_be()
    {
        Assert.Null(PublishLine.Read(Nested(62), 256).Result);
        Assert.Contains("nested no deeper than 63", PublishLine.Read(Nested(70), 256).Result?.Problem, StringComparison.Ordinal);
    }

    private static byte[] Nested(int depth) => Encoding.UTF8.GetBytes($$"""{"channel":"a","data":{{new string('[', depth)}}{{new string(']', depth)}}}""");
}
