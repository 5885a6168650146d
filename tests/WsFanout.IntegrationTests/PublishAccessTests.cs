using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>Who may publish: with a token who knows it, without one this machine alone.</summary>
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class PublishAccessTests
{
    [Fact]
    public async Task With_a_token_only_who_knows_it_may_publish()
    {
        await using var server = await TestServer.StartAsync(("WS_PUBLISH_TOKEN", "open-sesame"));

        var without = await PublishRequest.SendAsync(server, "/publish/a");
        without.AssertRefusal(401, "unauthorized");
        Assert.Equal("Bearer", without.Headers["www-authenticate"]);
        (await PublishRequest.SendAsync(server, "/publish/a", header: "Authorization: Bearer open")).AssertRefusal(401, "unauthorized");
        (await PublishRequest.SendAsync(server, "/publish/a", header: "Authorization: Basic open-sesame")).AssertRefusal(401, "unauthorized");
        (await PublishRequest.SendAsync(server, "/publish/a?token=open-sesame")).AssertRefusal(401, "unauthorized");
        foreach (var wrong in (string[])["Bearer", "Bearer ", "open-sesame", "Beareropen-sesame", "Bearer open-sesame2", "Bearer OPEN-SESAME", "Bearer open-sesame open-sesame", "Bearer open-sesame, Bearer open-sesame", "Bearer open-sesame\r\nAuthorization: Bearer open-sesame"])
        {
            (await PublishRequest.SendAsync(server, "/publish/a", header: $"Authorization: {wrong}")).AssertRefusal(401, "unauthorized");
        }

        Assert.Equal(200, (await PublishRequest.SendAsync(server, "/publish/a", header: "Authorization: Bearer open-sesame")).Status);
        Assert.Equal(200, (await PublishRequest.SendAsync(server, "/publish/a", header: "Authorization: bearer open-sesame\r\nOrigin: https://a.example\r\nX-Forwarded-For: 1.2.3.4")).Status);
    }

    [Theory]
    [InlineData("Origin: http://127.0.0.1")]
    [InlineData("origin: null")]
    [InlineData("X-Forwarded-For: 127.0.0.1")]
    [InlineData("x-forwarded-proto: https")]
    [InlineData("Forwarded: for=1.2.3.4")]
    [InlineData("Via: 1.1 proxy")]
    [InlineData("X-Real-IP: 1.2.3.4")]
    [InlineData("Host: example.com")]
    [InlineData("Host: 127.0.0.1.example.com")]
    [InlineData("Host: localhost.example.com")]
    [InlineData("Host: 10.0.0.1:3002")]
    public async Task Without_a_token_what_came_through_a_proxy_or_a_page_may_not_publish(string header)
    {
        await using var server = await TestServer.StartAsync();

        var reply = await PublishRequest.SendAsync(server, "/publish/a", header: header);

        reply.AssertRefusal(403, "forbidden");
        Assert.Contains("WS_PUBLISH_TOKEN", reply.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost:3002")]
    [InlineData("[::1]:3002")]
    public async Task Without_a_token_this_machine_may_publish(string host)
    {
        await using var server = await TestServer.StartAsync();

        Assert.Equal(200, (await PublishRequest.SendAsync(server, "/publish/a", header: $"Host: {host}")).Status);
    }
}
