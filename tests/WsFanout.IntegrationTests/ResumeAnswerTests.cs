using System.Text.Json.Nodes;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>Subscribing with a position: as long as nothing is replayed, the answer says exactly what is missing.</summary>
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class ResumeAnswerTests
{
    [Fact]
    public async Task A_position_that_is_up_to_date_is_recovered_and_live_from_there()
    {
        await using var server = await TestServer.StartAsync();
        await server.PublishAsync("a", "1");
        await using var client = await server.ConnectAsync();
        await client.WaitForAsync("welcome");

        await SubscribeAsync(client, "\"a\"", 1, Epoch(client));
        await client.WaitForAsync("sync");
        await server.PublishAsync("a", "2");
        await client.WaitForMessagesAsync(1);

        Assert.Equal(["welcome", "subscription_ack", "sync", "message"], Types(client));
        Assert.True(client.Frames[1]["recovered"]!.GetValue<bool>());
        Assert.Equal(1, client.Frames[2]["seq"]!.GetValue<long>());
        Assert.Equal(1, await server.MetricAsync("ws_resumes_total{outcome=\"recovered\"}"));
    }

    [Fact]
    public async Task What_was_missed_is_told_as_a_gap_of_exactly_its_range()
    {
        await using var server = await TestServer.StartAsync();
        for (var i = 0; i < 5; i++) await server.PublishAsync("a", "1");
        await using var client = await server.ConnectAsync();
        await client.WaitForAsync("welcome");

        await SubscribeAsync(client, "\"a\",\"b.*\"", 2, Epoch(client));
        await client.WaitForAsync("sync");

        Assert.Equal(["welcome", "subscription_ack", "gap", "gap", "sync"], Types(client));
        Assert.False(client.Frames[1]["recovered"]!.GetValue<bool>());
        Assert.Equal(["a", "b.*"], client.OfType("gap").Select(gap => gap["channel"]!.GetValue<string>()));
        Assert.All(client.OfType("gap"), gap => Assert.Equal("""[3,5,"window"]""", new JsonArray(gap["from"]!.DeepClone(), gap["to"]!.DeepClone(), gap["reason"]!.DeepClone()).ToJsonString()));
        Assert.Equal("7", client.Frames[^1]["id"]!.ToJsonString());
    }

    [Fact]
    public async Task Another_epoch_is_told_as_a_reset()
    {
        await using var server = await TestServer.StartAsync();
        await server.PublishAsync("a", "1");
        await using var client = await server.ConnectAsync("?channels=a&since=1&epoch=0123456789abcdef");
        await client.WaitForAsync("sync");

        Assert.Equal(["welcome", "subscription_ack", "reset", "sync"], Types(client));
        Assert.False(client.Frames[1]["recovered"]!.GetValue<bool>());
        Assert.Equal(Epoch(client), client.Frames[2]["epoch"]!.GetValue<string>());
        Assert.Equal(1, client.Frames[2]["seq"]!.GetValue<long>());
    }

    [Theory]
    [InlineData("?channels=a&since=1")]
    [InlineData("?channels=a&since=x&epoch=e")]
    [InlineData("?channels=a&since=-1&epoch=e")]
    [InlineData("?channels=a&since=9007199254740992&epoch=e")]
    [InlineData("?channels=a&since=1&epoch=e&at=soon")]
    public async Task A_position_in_the_url_that_is_none_is_an_error_and_the_connection_stays(string query)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync(query);
        await client.WaitForAsync("error");

        await client.SubscribeAsync("a");

        Assert.Equal("invalid_request", client.OfType("error")[0]["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_a_later_version_brings_is_refused_as_unavailable()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();

        await client.SendAsync("""{"type":"replay","id":1,"data":{"since":0}}""");
        await client.SendAsync("""{"type":"subscribe","id":2,"data":{"channels":["a"],"last":true}}""");
        await client.SendAsync("""{"type":"auth","id":3,"data":{"token":"x"}}""");
        await client.WaitForAsync("error", 3);

        Assert.All(client.OfType("error"), error => Assert.Equal("unavailable", error["code"]!.GetValue<string>()));
        Assert.Equal([1, 2, 3], client.OfType("error").Select(error => error["id"]!.GetValue<int>()));
    }

    private static string Epoch(TestClient client) => client.Frames[0]["epoch"]!.GetValue<string>();

    private static IEnumerable<string> Types(TestClient client) => client.Frames.Select(frame => frame["type"]!.GetValue<string>());

    private static Task SubscribeAsync(TestClient client, string channels, long since, string epoch) =>
        client.SendAsync($$"""{"type":"subscribe","id":7,"data":{"channels":[{{channels}}],"since":{{since}},"epoch":"{{epoch}}"} }""");
}
