using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;
using WsFanout.Tests.Deploy;

namespace WsFanout.IntegrationTests;

/// <summary>A broker user with few rights: the shipped list is enough, each line of it is needed or said to be spare, and what is missing is named.</summary>
public sealed class PermissionTests
{
    private const string Secret = "s3cret-of-this-test";

    [Fact]
    public async Task The_shipped_permissions_are_enough_for_the_whole_job()
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Config = Config() });
        await using var server = await StartAsync(nats);
        await server.WaitUntilReadyAsync();
        await using var client = await server.ConnectAsync("?channels=a.b");
        await client.WaitForAsync("subscription_ack");

        for (var i = 1; i <= 3; i++) await server.PublishAsync("a.b", $"{i}");
        await client.WaitForMessagesAsync(3);
        await nats.RestartAsync();
        await Wait.UntilAsync(server.IsAttachedAsync, "it should attach again");
        await server.PublishAsync("a.b", "4");
        await client.WaitForMessagesAsync(4);
        await server.StopAsync();

        Assert.DoesNotContain(server.Log, line => line.Contains("Permissions Violation", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(server.Log, line => line.Contains(Secret, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("$JS.API.STREAM.INFO.ODIN_TOKENS")]
    [InlineData("$JS.API.STREAM.CREATE.ODIN_TOKENS")]
    [InlineData("$JS.API.CONSUMER.CREATE.ODIN_TOKENS.>")]
    public async Task A_right_that_is_missing_is_named_and_the_server_goes_on_once_it_is_there(string right)
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Config = Config(right) });
        await using var server = await StartAsync(nats);

        await Wait.UntilAsync(
            async () => (await NatsCheckAsync(server)).Contains(right.Replace(".>", ".", StringComparison.Ordinal), StringComparison.Ordinal),
            "health should name the subject",
            TimeSpan.FromSeconds(20));
        Assert.False(await server.IsReadyAsync());
        await nats.RestartAsync(Config());

        await Wait.UntilAsync(server.IsReadyAsync, "the server should be ready with the right", TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(server.Log, line => line.Contains(Secret, StringComparison.Ordinal));
        Assert.InRange(server.Log.Count(line => line.StartsWith("Warning", StringComparison.Ordinal) || line.StartsWith("Error", StringComparison.Ordinal)), 1, 30);
    }

    [Fact]
    public async Task Without_the_right_to_look_at_a_message_an_empty_stream_is_served_until_the_first_reconnect()
    {
        const string right = "$JS.API.STREAM.MSG.GET.ODIN_TOKENS", direct = "$JS.API.DIRECT.GET.ODIN_TOKENS";
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Config = Config(right, direct) });
        await using var first = await StartAsync(nats);
        await first.WaitUntilReadyAsync();
        await first.PublishAsync("a.b", "1");
        await nats.RestartAsync(Config(right, direct));
        await using var second = await StartAsync(nats);

        foreach (var server in new[] { first, second })
        {
            var said = "";
            await Wait.UntilAsync(
                async () => (said = await NatsCheckAsync(server)).Contains(right, StringComparison.Ordinal), () => $"health should name the subject, and says {said}", TimeSpan.FromSeconds(30));
            Assert.False(await server.IsAttachedAsync());
        }

        await nats.RestartAsync(Config());
        foreach (var server in new[] { first, second }) await Wait.UntilAsync(server.IsAttachedAsync, "it should be attached with the right", TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData("$JS.API.STREAM.MSG.GET.ODIN_TOKENS")]
    [InlineData("$JS.API.DIRECT.GET.ODIN_TOKENS")]
    public async Task One_of_the_two_rights_to_look_at_a_message_is_enough_for_the_stream_that_this_server_makes(string without)
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Config = Config(without) });
        await using var server = await StartAsync(nats);
        await server.WaitUntilReadyAsync();
        await server.PublishAsync("a.b", "1");
        await nats.RestartAsync();

        await Wait.UntilAsync(() => server.MetricAsync("ws_nats_reconnects_total").ContinueWith(count => count.Result == 1, TaskScheduler.Default), "it should find the broker again");
        await Wait.UntilAsync(server.IsAttachedAsync, "it should be attached again");

        Assert.DoesNotContain(server.Log, line => line.Contains("is another one than before", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_an_inbox_of_its_own_the_server_says_what_it_may_not_read_and_goes_on_once_it_may()
    {
        var config = Config();
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Config = config.Replace("[\"_INBOX.>\"]", "[\"elsewhere\"]", StringComparison.Ordinal) });
        await using var server = await StartAsync(nats);

        await Wait.UntilAsync(async () => (await NatsCheckAsync(server)).Contains("Permissions Violation for Subscription", StringComparison.Ordinal), "health should name the inbox");
        await nats.ReloadAsync(config);

        await Wait.UntilAsync(server.IsAttachedAsync, "the server should read with the right", TimeSpan.FromSeconds(30));
        Assert.InRange(server.Log.Count(line => line.StartsWith("Warning", StringComparison.Ordinal)), 1, 30);
    }

    [Fact]
    public async Task A_password_changed_while_the_server_runs_is_told_and_found_again_once_it_is_right()
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Config = Config() });
        await using var server = await StartAsync(nats);
        await server.WaitUntilReadyAsync();
        await using var client = await server.ConnectAsync("?channels=a.b");
        await client.WaitForAsync("subscription_ack");
        await server.PublishAsync("a.b", "1");
        await client.WaitForMessagesAsync(1);

        await nats.ReloadAsync(Config().Replace(Secret, "an0ther-secret", StringComparison.Ordinal));
        await Wait.UntilAsync(async () => (await NatsCheckAsync(server)).Contains("auth: Authorization Violation", StringComparison.Ordinal), "health should name the reason");
        await nats.ReloadAsync(Config());
        await Wait.UntilAsync(server.IsAttachedAsync, "the server should be let in again", TimeSpan.FromSeconds(30));
        await server.PublishAsync("a.b", "2");
        await client.WaitForMessagesAsync(2);

        Assert.Empty(client.OfType("gap"));
        Assert.DoesNotContain(server.Log, line => line.Contains("s3cret", StringComparison.Ordinal) || line.Contains("an0ther", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pulls_that_are_forbidden_are_named_in_the_log_and_do_not_count_as_attached()
    {
        const string right = "$JS.API.CONSUMER.MSG.NEXT.ODIN_TOKENS.>";
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Config = Config(right) });
        await using var server = await StartAsync(nats);

        await Wait.UntilAsync(() => server.Log.Any(line => line.Contains(right[..^1], StringComparison.Ordinal)), "the log should name the subject");
        await Wait.UntilAsync(async () => (await NatsCheckAsync(server)).Contains("consumer_lost", StringComparison.Ordinal), "health should say that the consumer is silent");
        await nats.RestartAsync(Config());

        await Wait.UntilAsync(server.IsAttachedAsync, "the server should read with the right", TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Without_the_right_to_publish_a_publisher_is_told_and_clients_are_served()
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Config = Config("odin.token.>") });
        await using var server = await StartAsync(nats, ("WS_PUBLISH_TIMEOUT", "1s"));
        await server.WaitUntilReadyAsync();

        using var answer = await server.Http.PostAsync(new Uri("publish/a.b", UriKind.Relative), new StringContent("1"));

        Assert.Equal(503, (int)answer.StatusCode);
        await using var client = await server.ConnectAsync("?channels=a.b");
        await client.WaitForAsync("subscription_ack");
    }

    private static Task<TestServer> StartAsync(NatsServerProcess nats, params (string Name, string Value)[] more) => TestServer.StartAsync(
        [("NATS_URL", $"nats://127.0.0.1:{nats.Port}"), ("NATS_USER", "wsfanout"), ("NATS_PASSWORD", Secret), .. more]);

    private static async Task<string> NatsCheckAsync(TestServer server) =>
        JsonNode.Parse(await server.Http.GetStringAsync(new Uri("health", UriKind.Relative)))!["checks"]!["nats"]!.ToJsonString();

    /// <summary>The shipped file with some rights taken out.</summary>
    private static string Config(params ReadOnlySpan<string> rights)
    {
        var shipped = RepositoryFiles.ReadText("deploy/nats/permissions.conf");
        foreach (var without in rights)
        {
            Assert.Contains($"\"{without}\"", shipped, StringComparison.Ordinal);
            shipped = Regex.Replace(shipped, $"\"{Regex.Escape(without)}\"", "");
        }

        return $"WSFANOUT_NATS_PASSWORD: {Secret}\n{shipped}";
    }
}
