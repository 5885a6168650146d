using System.Text.Json.Nodes;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>Which names can be subscribed to, and what is delivered for them.</summary>
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class SubscriptionTests
{
    [Theory]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("a.")]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\tb")]
    [InlineData("a\u0000b")]
    [InlineData("a\u001b[31mb")]
    [InlineData("a\u2028b")]
    [InlineData("a\u0085b")]
    [InlineData(">.a")]
    [InlineData("a.>.b")]
    public async Task A_name_that_is_none_is_refused_beside_those_that_are(string name)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();

        var ack = await client.SubscribeAsync("good", name, "good.*");
        await client.WaitForAsync("error");
        await client.SendAsync(new JsonObject { ["type"] = "unsubscribe", ["data"] = new JsonObject { ["channels"] = new JsonArray(name, "good", "never") } }.ToJsonString());
        await client.WaitForAsync("error", 2);
        await client.WaitForAsync("unsubscription_ack");

        Assert.Equal("""["good","good.*"]""", ack["subscribed"]!.ToJsonString());
        Assert.Equal(2, ack["count"]!.GetValue<int>());
        Assert.All(client.OfType("error"), error => Assert.Equal("invalid_channel", error["code"]!.GetValue<string>()));
        var left = client.OfType("unsubscription_ack")[0];
        Assert.Equal("""["good"]""", left["unsubscribed"]!.ToJsonString());
        Assert.Equal(1, left["count"]!.GetValue<int>());
    }

    [Fact]
    public async Task Characters_that_are_no_space_and_no_control_are_part_of_a_name()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        string[] names = ["ü€😀", "a/b", "<b>&\"'", "*a", "a*.b", "a>b", "$x", "%41"];

        var ack = await client.SubscribeAsync(names);
        foreach (var name in names) await server.PublishAsync(Uri.EscapeDataString(name), "1");
        await client.WaitForMessagesAsync(names.Length);

        Assert.Equal(names, ack["subscribed"]!.AsArray().Select(name => name!.GetValue<string>()));
        Assert.Equal(names, client.Messages.Select(message => message["channel"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Channels_in_the_url_are_judged_like_those_of_a_request()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync("?channels=a,b%20c,,%C3%BC.%3E&unknown=1");
        await client.WaitForAsync("error", 2);

        Assert.Equal(["welcome", "subscription_ack", "error", "error"], client.Frames.Select(frame => frame["type"]!.GetValue<string>()));
        Assert.Equal("""["a","ü.>"]""", System.Text.RegularExpressions.Regex.Unescape(client.Frames[1]["subscribed"]!.ToJsonString()));
    }

    [Fact]
    public async Task A_message_that_several_subscriptions_match_comes_once_and_leaves_with_the_last()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        await client.SubscribeAsync("a.b", "a.*", "*.b", ">", "a.>", "a.b");

        await server.PublishAsync("a.b", "1");
        await client.WaitForMessagesAsync(1);
        await client.SendAsync("""{"type":"unsubscribe","data":{"channels":["a.b","a.*","*.b",">"]}}""");
        await client.WaitForAsync("unsubscription_ack");
        await server.PublishAsync("a.b", "2");
        await server.PublishAsync("b.b", "3");
        await client.SendAsync("""{"type":"unsubscribe","data":{"channels":["a.>"]}}""");
        await client.WaitForAsync("unsubscription_ack", 2);
        await server.PublishAsync("a.b", "4");
        await client.SubscribeAsync("end");
        await server.PublishAsync("end", "5");
        await client.WaitForMessagesAsync(3);

        Assert.Equal([1, 2, 5], client.Messages.Select(message => message["data"]!.GetValue<int>()));
        Assert.Equal(5, client.OfType("subscription_ack")[0]["count"]!.GetValue<int>());
    }
}
