using System.Text;

namespace WsFanout.Nats.Tests;

public sealed class PubAckReaderTests
{
    [Theory]
    [InlineData("""{"stream":"S","seq":7}""")]
    [InlineData("""{"stream":"S", "seq":7}""")]
    [InlineData("""{ "seq" : 7 , "stream" : "S" }""")]
    public void The_usual_answer_is_read(string answer) => Assert.Equal(new PubAckResponse { Stream = "S", Seq = 7 }, PubAckReader.TryRead(Encoding.UTF8.GetBytes(answer)));

    [Theory]
    [InlineData("")]
    [InlineData("+OK")]
    [InlineData("[]")]
    [InlineData("""{"stream":"S"}""")]
    [InlineData("""{"seq":7}""")]
    [InlineData("""{"stream":"","seq":7}""")]
    [InlineData("""{"stream":"S","seq":0}""")]
    [InlineData("""{"stream":"S","seq":"7"}""")]
    [InlineData("""{"stream":"S","seq":1.5}""")]
    [InlineData("""{"stream":7,"seq":7}""")]
    [InlineData("""{"stream":"S","seq":7,"duplicate":true}""")]
    [InlineData("""{"stream":"S","seq":7,"domain":"hub"}""")]
    [InlineData("""{"error":{"code":503,"err_code":10077},"stream":"S","seq":0}""")]
    [InlineData("""{"stream":"S","seq":7""")]
    public void Any_other_is_left_to_the_thorough_reader(string answer) => Assert.Null(PubAckReader.TryRead(Encoding.UTF8.GetBytes(answer)));

    [Fact]
    public void Text_that_is_no_utf8_is_left_to_it_too()
    {
        Assert.Null(PubAckReader.TryRead([.. "{\"stream\":\""u8, 0xff, .. "\",\"seq\":7}"u8]));
        Assert.Null(PubAckReader.TryRead("""{"stream":"\ud800","seq":7}"""u8));
    }
}
