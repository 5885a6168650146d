using System.Text;
using WsFanout.Clients;

namespace WsFanout.Tests.Clients;

public sealed class RequestReaderTests
{
    [Theory]
    [InlineData("", "invalid_json")]
    [InlineData("hello", "invalid_json")]
    [InlineData("{\"type\":\"heartbeat\"", "invalid_json")]
    [InlineData("{\"type\":\"heartbeat\"} {}", "invalid_json")]
    [InlineData("\uFEFF{\"type\":\"heartbeat\"}", "invalid_json")]
    [InlineData("null", "invalid_request")]
    [InlineData("1", "invalid_request")]
    [InlineData("{}", "invalid_request")]
    [InlineData("{\"type\":1}", "invalid_request")]
    [InlineData("{\"type\":null}", "invalid_request")]
    [InlineData("{\"type\":{\"a\":1}}", "invalid_request")]
    [InlineData("{\"type\":\"\"}", "unknown_type")]
    [InlineData("{\"type\":\"__proto__\"}", "unknown_type")]
    [InlineData("{\"type\":\"subscribe\"}", "invalid_request")]
    [InlineData("{\"type\":\"subscribe\",\"data\":[]}", "invalid_request")]
    [InlineData("{\"type\":\"subscribe\",\"data\":{\"channels\":\"a\"}}", "invalid_request")]
    [InlineData("{\"type\":\"subscribe\",\"data\":{\"channels\":[]}}", "invalid_request")]
    [InlineData("{\"type\":\"subscribe\",\"data\":{\"channels\":[1]}}", "invalid_request")]
    [InlineData("{\"type\":\"subscribe\",\"data\":{\"channels\":[[\"a\"]]}}", "invalid_request")]
    [InlineData("{\"type\":\"subscribe\",\"data\":{\"channels\":[\"\\ud800\"]}}", "invalid_json")]
    [InlineData("{\"type\":\"heartbeat\",\"id\":\"\\ud800\"}", "invalid_json")]
    [InlineData("{\"type\":\"subscribe\",\"data\":{\"channels\":[\"a\"],\"since\":1}}", "invalid_request")]
    [InlineData("{\"type\":\"subscribe\",\"data\":{\"channels\":[\"a\"],\"since\":-1,\"epoch\":\"e\"}}", "invalid_request")]
    [InlineData("{\"type\":\"subscribe\",\"data\":{\"channels\":[\"a\"],\"since\":1e400,\"epoch\":\"e\"}}", "invalid_request")]
    [InlineData("{\"type\":\"subscribe\",\"data\":{\"channels\":[\"a\"],\"since\":9007199254740992,\"epoch\":\"e\"}}", "invalid_request")]
    [InlineData("{\"type\":\"subscribe\",\"data\":{\"channels\":[\"a\"],\"since\":1,\"epoch\":\"e\",\"last\":true}}", "invalid_request")]
    [InlineData("{\"type\":\"subscribe\",\"data\":{\"channels\":[\"a\"],\"last\":\"yes\"}}", "invalid_request")]
    [InlineData("{\"type\":\"replay\",\"data\":{}}", "invalid_request")]
    [InlineData("{\"type\":\"auth\",\"data\":{}}", "invalid_request")]
    [InlineData("{\"type\":\"heartbeat\",\"id\":{}}", "invalid_request")]
    [InlineData("{\"type\":\"heartbeat\",\"id\":null}", "invalid_request")]
    public void What_is_no_request_is_a_problem_with_a_code(string text, string code)
    {
        var read = RequestReader.Read(Encoding.UTF8.GetBytes(text));

        Assert.Null(read.Request);
        Assert.Equal(code, read.Problem!.Code);
        Assert.InRange(read.Problem.Message.Length, 1, 200);
    }

    [Fact]
    public void Depth_is_bounded()
    {
        var text = $$"""{"type":"heartbeat","x":{{new string('[', 5_000)}}{{new string(']', 5_000)}}}""";

        Assert.Equal("invalid_json", RequestReader.Read(Encoding.UTF8.GetBytes(text)).Problem!.Code);
    }

    [Fact]
    public void Unknown_fields_are_ignored_and_the_position_is_read()
    {
        var request = RequestReader.Read(
            """{"more":[{}],"type":"subscribe","data":{"new":{"x":[1]},"channels":["a","b.*"],"since":9007199254740991,"epoch":"e","at":5},"id":-1.5e3}"""u8).Request!;

        Assert.Equal(RequestKind.Subscribe, request.Kind);
        Assert.Equal(["a", "b.*"], request.Channels);
        Assert.Equal((9007199254740991L, "e", 5L), (request.Since!.Value, request.Epoch, request.At!.Value));
        Assert.Equal("-1.5e3", Encoding.UTF8.GetString(request.Id!));
    }

    [Fact]
    public void An_id_is_echoed_as_it_was_written_up_to_64_bytes_and_also_with_a_problem()
    {
        var escaped = RequestReader.Read("""{"type":"nothing","id":"a\"\u00e9"}"""u8);
        var longest = RequestReader.Read(Encoding.UTF8.GetBytes($$"""{"type":"heartbeat","id":"{{new string('i', 64)}}"}"""));
        var tooLong = RequestReader.Read(Encoding.UTF8.GetBytes($$"""{"type":"heartbeat","id":"{{new string('i', 65)}}"}"""));

        Assert.Equal("\"a\\\"\\u00e9\"", Encoding.UTF8.GetString(escaped.Problem!.Id!));
        Assert.NotNull(longest.Request);
        Assert.Equal("invalid_request", tooLong.Problem!.Code);
        Assert.Null(tooLong.Problem.Id);
    }

    [Fact]
    public void The_url_asks_for_the_same()
    {
        var read = UrlSubscription.Read(new Dictionary<string, string> { ["channels"] = "a,b.*", ["since"] = "5", ["epoch"] = "e", ["at"] = "7" })!.Value.Request!;

        Assert.Equal(["a", "b.*"], read.Channels);
        Assert.Equal((5L, "e", 7L), (read.Since!.Value, read.Epoch, read.At!.Value));
        Assert.Null(UrlSubscription.Read(new Dictionary<string, string>()));
        Assert.NotNull(UrlSubscription.Read(new Dictionary<string, string> { ["channels"] = "a", ["since"] = "5" })!.Value.Problem);
        Assert.NotNull(UrlSubscription.Read(new Dictionary<string, string> { ["channels"] = "a", ["since"] = "-5", ["epoch"] = "e" })!.Value.Problem);
    }
}
