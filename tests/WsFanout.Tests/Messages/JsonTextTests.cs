using System.Text;
using System.Text.Json;
using WsFanout.Messages;

namespace WsFanout.Tests.Messages;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData(" [ ] ")]
    [InlineData("0")]
    [InlineData("-0.5e+10")]
    [InlineData("1e400")]
    [InlineData("\"\\u00e9\\n\\\\\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("""{"a":[1,2,{"b":null}],"a":true}""")]
    [InlineData("\t\r\n false\n")]
    public void A_json_value_is_valid(string text) => Assert.True(JsonText.IsValid(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("hello")]
    [InlineData("{")]
    [InlineData("[1,]")]
    [InlineData("{\"a\"}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{a:1}")]
    [InlineData("01")]
    [InlineData("+1")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("1e")]
    [InlineData("nul")]
    [InlineData("true false")]
    [InlineData("[1}")]
    [InlineData("\"a")]
    [InlineData("\"\\x\"")]
    [InlineData("\"\\u12g4\"")]
    [InlineData("\"a\nb\"")]
    [InlineData("{} x")]
    [InlineData("// c\n1")]
    [InlineData("\uFEFF1")]
    [InlineData("NaN")]
    public void Anything_else_is_not(string text) => Assert.False(JsonText.IsValid(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Bytes_that_are_no_utf8_are_not_even_inside_a_string()
    {
        Assert.False(JsonText.IsValid([(byte)'"', 0xff, (byte)'"']));
        Assert.False(JsonText.IsValid([(byte)'"', 0xc0, 0x80, (byte)'"']));
    }

    [Fact]
    public void Any_depth_is_followed()
    {
        const int depth = 100_000;
        var text = new string('[', depth) + new string(']', depth);

        Assert.True(JsonText.IsValid(Encoding.UTF8.GetBytes(text)));
        Assert.False(JsonText.IsValid(Encoding.UTF8.GetBytes(text[..^1])));
        Assert.False(JsonText.IsValid(Encoding.UTF8.GetBytes(text + "]")));
    }

    [Fact]
    public void It_agrees_with_the_framework_s_reader_on_mutations_of_json()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var original = Encoding.UTF8.GetBytes("""{"sym":"B\u0054C","n":[-1.5e+3,0,12,{"x":null,"y":[true,false,""]}],"t":"é\"\\ /"}""");
        for (var round = 0; round < 50_000; round++)
        {
            var bytes = original.ToArray();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = random.Next(3) == 0 ? bytes[random.Next(bytes.Length)] : (byte)random.Next(0x80);
            }

            if (random.Next(4) == 0) bytes = bytes[..random.Next(bytes.Length)];
            Assert.True(IsValidByFramework(bytes) == JsonText.IsValid(bytes), $"seed {seed}, round {round}: {Encoding.UTF8.GetString(bytes)}");
        }
    }

    private static bool IsValidByFramework(ReadOnlySpan<byte> bytes)
    {
        if (!System.Text.Unicode.Utf8.IsValid(bytes)) return false;
        try
        {
            var reader = new Utf8JsonReader(bytes);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
