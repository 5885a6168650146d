using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class BasicsTests
{
    [Fact]
    public async Task A_published_message_reaches_who_subscribed_and_nobody_else()
    {
        await using var server = await TestServer.StartAsync();
        await using var subscriber = await server.ConnectAsync();
        await using var other = await server.ConnectAsync("?channels=ETH.trade");
        await subscriber.SubscribeAsync("BTC.trade");
        await other.WaitForAsync("subscription_ack");

        var sequence = await server.PublishAsync("BTC.trade", """{"price": 1.50}""");
        await server.PublishAsync("ETH.trade", "1");
        await subscriber.WaitForMessagesAsync(1);
        await other.WaitForMessagesAsync(1);

        var message = Assert.Single(subscriber.Messages);
        Assert.Equal("BTC.trade", message["channel"]!.GetValue<string>());
        Assert.Equal(sequence, message["seq"]!.GetValue<long>());
        Assert.Equal("ETH.trade", Assert.Single(other.Messages)["channel"]!.GetValue<string>());
        Assert.Equal("welcome", subscriber.Frames[0]["type"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_message_goes_through_a_real_stream_with_its_numbers()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(nats);
        await using var client = await server.ConnectAsync("?channels=*.trade,%3E");
        await client.WaitForAsync("subscription_ack");

        var sequences = new List<long>();
        for (var i = 0; i < 5; i++) sequences.Add(await server.PublishAsync("BTC.trade", $"{i}"));
        await client.WaitForMessagesAsync(5);

        Assert.Equal(sequences, client.Messages.Select(message => message["seq"]!.GetValue<long>()));
        Assert.Equal([0, .. sequences[..^1]], client.Messages.Select(message => message["prev"]!.GetValue<long>()));
    }

    [Fact]
    public async Task A_server_that_is_told_to_stop_tells_its_clients_and_leaves_no_consumer()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(nats);
        await using var client = await server.ConnectAsync("?channels=%3E");
        await client.WaitForAsync("subscription_ack");

        await server.StopAsync();
        await client.WaitForEndAsync();

        Assert.Equal(4200, client.CloseCode);
        Assert.Equal(4200, client.OfType("bye")[0]["code"]!.GetValue<int>());
        Assert.Contains(server.Log, line => line.Contains("Stopped.", StringComparison.Ordinal));
    }
}
