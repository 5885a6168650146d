using System.Text.Json;
using Microsoft.AspNetCore.Http;
using WsFanout.Testing;

namespace WsFanout.Tests.Tools;

public sealed class TailTests
{
    [Fact]
    public async Task A_message_is_one_line_with_time_channel_number_and_data()
    {
        await using var server = await ScriptedServer.ForClientsAsync(async (client, _) =>
        {
            await client.SubscribeAsync();
            await client.MessageAsync("BTC.trade", 11, 0, "{\n  \"price\": 1\n}");
            await client.SendAsync("""{"type":"message","channel":"BTC.raw","seq":12,"prev":0,"ts":1795224000123,"data":null,"base64":"AP8="}""");
            await client.StayAsync();
        });
        await using var tail = CommandRun.Start("tail", "BTC.*", "--url", server.WebSocket);

        await tail.Output.WaitForAsync("AP8=");

        Assert.Equal(
            ["2026-11-21T01:20:00.123Z BTC.trade 11 {   \"price\": 1 }", "2026-11-21T01:20:00.123Z BTC.raw 12 base64:AP8="],
            tail.Output.Lines);
        Assert.Equal("""{"type":"subscribe","id":1,"data":{"channels":["BTC.*"]}}""", Assert.Single(server.Requests));
        Assert.Equal(0, await tail.StopAsync());
    }

    [Fact]
    public async Task With_json_the_whole_frame_is_one_line()
    {
        await using var server = await ScriptedServer.ForClientsAsync(async (client, _) =>
        {
            await client.SubscribeAsync();
            await client.MessageAsync("BTC.trade", 11, 0, "[1,\n2]");
            await client.StayAsync();
        });
        await using var tail = CommandRun.Start("tail", "BTC.trade", "ETH.trade", "--json", "--url", server.WebSocket);

        await tail.Output.WaitForAsync("\n");

        using var line = JsonDocument.Parse(Assert.Single(tail.Output.Lines));
        Assert.Equal(11, line.RootElement.GetProperty("seq").GetInt64());
        Assert.Contains("""["BTC.trade","ETH.trade"]""", Assert.Single(server.Requests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gap_reset_error_and_unknown_frames_are_told_apart_from_messages()
    {
        await using var server = await ScriptedServer.ForClientsAsync(async (client, _) =>
        {
            await client.SubscribeAsync();
            await client.SendAsync("""{"type":"from the future","what":[]}""");
            await client.SendAsync("""{"type":"gap","channel":"BTC.trade","from":11,"to":13,"reason":"slow"}""");
            await client.SendAsync("""{"type":"gap","from":14,"to":15,"reason":"upstream"}""");
            await client.SendAsync("""{"type":"error","code":"rate_limited","message":"too many"}""");
            await client.SendAsync("""{"type":"reset","epoch":"e2","seq":3,"ts":7}""");
            await client.StayAsync();
        });
        await using var tail = CommandRun.Start("tail", "BTC.trade", "--url", server.WebSocket);

        await tail.Error.WaitForAsync("reset: the stream is another one now, it stands at 3");

        Assert.Contains("gap (slow): BTC.trade 11..13", tail.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("gap (upstream): any channel 14..15", tail.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("error: rate_limited: too many", tail.Error.ToString(), StringComparison.Ordinal);
        Assert.Empty(tail.Output.Lines);
    }

    [Fact]
    public async Task After_a_bye_it_comes_back_when_told_and_resumes_without_duplicates()
    {
        await using var server = await ScriptedServer.ForClientsAsync(async (client, connection) =>
        {
            await client.SubscribeAsync(ScriptedSocket.Ack.Replace("BTC.*", ">", StringComparison.Ordinal));
            if (connection == 1)
            {
                await client.MessageAsync("BTC.trade", 11, 0);
                await client.MessageAsync("ETH.trade", 12, 0);
                await client.SendAsync("""{"type":"bye","code":4200,"reason":"draining","retry_ms":1}""");
                await client.CloseAsync(4200, "draining");
                return;
            }
            await client.MessageAsync("BTC.trade", 11, 0);
            await client.SendAsync("""{"type":"sync","seq":12,"ts":1795224000123}""");
            await client.MessageAsync("BTC.trade", 13, 11, "\"live\"");
            await client.StayAsync();
        });
        await using var tail = CommandRun.Start("tail", ">", "--url", server.WebSocket);

        await tail.Output.WaitForAsync("live");

        Assert.Equal(["11", "12", "13"], tail.Output.Lines.Select(line => line.Split(' ')[2]));
        Assert.Contains("bye: 4200 the server is being stopped, draining", tail.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            """{"type":"subscribe","id":1,"data":{"channels":["\u003E"],"since":12,"epoch":"e1","at":1795224000123}}""",
            server.Requests.Last());
        Assert.Equal(["", "?since=12&epoch=e1&at=1795224000123"], server.Queries);
    }

    [Fact]
    public async Task A_resume_that_breaks_before_its_sync_begins_at_the_same_place_and_says_what_was_not_recovered()
    {
        await using var server = await ScriptedServer.ForClientsAsync(async (client, connection) =>
        {
            if (connection == 1)
            {
                await client.SubscribeAsync();
                await client.MessageAsync("BTC.trade", 11, 0);
            }
            else
            {
                await client.SubscribeAsync("""{"type":"subscription_ack","id":1,"subscribed":["BTC.trade"],"count":1,"seq":20,"ts":1000,"epoch":"e1","recovered":false}""");
                await client.SendAsync("""{"type":"gap","channel":"BTC.trade","from":12,"to":14,"reason":"window"}""");
                await client.MessageAsync("BTC.trade", 15, 14);
            }
            if (connection < 3)
            {
                await client.SendAsync("""{"type":"bye","code":4104,"reason":"server_fault","retry_ms":1}""");
                await client.CloseAsync(4104);
                return;
            }
            await client.MessageAsync("BTC.trade", 16, 15, "\"new\"");
            await client.StayAsync();
        });
        await using var tail = CommandRun.Start("tail", "BTC.trade", "--url", server.WebSocket);

        await tail.Output.WaitForAsync("new");

        Assert.Equal(["11", "15", "16"], tail.Output.Lines.Select(line => line.Split(' ')[2]));
        Assert.Equal(2, server.Requests.Count(request => request.Contains("\"since\":11,", StringComparison.Ordinal)));
        Assert.Contains("not everything since the last connection could be recovered", tail.Error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("missing", tail.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_is_printed_and_a_subscription_that_the_server_withdraws_is_said_so()
    {
        await using var server = await ScriptedServer.ForClientsAsync(async (client, _) =>
        {
            await client.SubscribeAsync();
            await client.SendAsync("""{"type":"snapshot","channel":"BTC.trade","seq":7,"ts":1795224000123,"data":1}""");
            await client.SendAsync("""{"type":"unsubscription_ack","unsubscribed":["BTC.trade"],"count":0}""");
            await client.StayAsync();
        });
        await using var tail = CommandRun.Start("tail", "BTC.trade", "--url", server.WebSocket);

        await tail.Error.WaitForAsync("the server has withdrawn BTC.trade");

        Assert.Equal(["2026-11-21T01:20:00.123Z BTC.trade 7 1"], tail.Output.Lines);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_made_again()
    {
        await using var server = await ScriptedServer.ForClientsAsync(async (client, connection) =>
        {
            await client.SubscribeAsync();
            if (connection == 1)
            {
                client.Drop();
                return;
            }
            await client.MessageAsync("BTC.trade", 11, 0, "\"back\"");
            await client.StayAsync();
        });
        await using var tail = CommandRun.Start("tail", "BTC.trade", "--url", server.WebSocket);

        await tail.Output.WaitForAsync("back");

        Assert.Contains("trying again in", tail.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_never_came_is_reported_unless_a_gap_covers_it()
    {
        await using var server = await ScriptedServer.ForClientsAsync(async (client, _) =>
        {
            await client.SubscribeAsync();
            await client.MessageAsync("BTC.trade", 11, 7);
            await client.SendAsync("""{"type":"gap","channel":"BTC.*","from":12,"to":14,"reason":"slow"}""");
            await client.MessageAsync("BTC.trade", 15, 14);
            await client.MessageAsync("BTC.trade", 19, 17, "\"last\"");
            await client.StayAsync();
        });
        await using var tail = CommandRun.Start("tail", "BTC.trade", "--url", server.WebSocket);

        await tail.Output.WaitForAsync("last");

        Assert.Single(tail.Error.Lines, line => line.Contains("missing", StringComparison.Ordinal));
        Assert.Contains("message 17 of BTC.trade is missing", tail.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(1009)]
    [InlineData(4110)]
    [InlineData(4500)]
    [InlineData(4502)]
    public async Task A_code_that_says_stay_away_ends_it_with_1(int code)
    {
        await using var server = await ScriptedServer.ForClientsAsync(async (client, _) =>
        {
            await client.SubscribeAsync();
            await client.CloseAsync(code, "because");
        });
        await using var tail = CommandRun.Start("tail", "BTC.trade", "--url", server.WebSocket);

        Assert.Equal(1, await tail.ExitAsync());

        Assert.Contains($"closed: {code} ", tail.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("(because)", tail.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_for_now_is_obeyed_and_one_for_good_ends_it()
    {
        await using var server = await ScriptedServer.ForClientsAsync((_, _) => Task.CompletedTask, async (context, attempt) =>
        {
            context.Response.StatusCode = attempt == 1 ? 503 : 403;
            if (attempt == 1) context.Response.Headers.RetryAfter = "0";
            await context.Response.WriteAsJsonAsync(new { error = attempt == 1 ? "max_connections" : "forbidden_origin", message = "no room" });
            return true;
        });
        await using var tail = CommandRun.Start("tail", "BTC.trade", "--url", server.WebSocket);

        Assert.Equal(1, await tail.ExitAsync());

        Assert.Contains("refused: 503 max_connections: no room; trying again in 0.0 s", tail.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("refused: 403 forbidden_origin: no room", tail.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_no_name_is_accepted_it_ends()
    {
        await using var server = await ScriptedServer.ForClientsAsync(async (client, _) =>
        {
            await client.SendAsync(ScriptedSocket.Welcome);
            await client.ReceiveAsync();
            await client.SendAsync("""{"type":"subscription_ack","id":1,"subscribed":[],"count":0,"seq":10,"ts":1000,"epoch":"e1"}""");
            await client.SendAsync("""{"type":"error","id":1,"code":"invalid_channel","message":"a..b has an empty token"}""");
            await client.StayAsync();
        });
        await using var tail = CommandRun.Start("tail", "a..b", "--url", server.WebSocket);

        Assert.Equal(1, await tail.ExitAsync());

        Assert.Contains("invalid_channel: a..b has an empty token", tail.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("no subscription was accepted", tail.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_speaks_something_else_is_said_so()
    {
        await using var server = await ScriptedServer.ForClientsAsync(async (client, _) =>
        {
            await client.SendAsync("hello");
            await client.StayAsync();
        });
        await using var tail = CommandRun.Start("tail", "BTC.trade", "--url", server.WebSocket);

        Assert.Equal(1, await tail.ExitAsync());

        Assert.Contains("not of this protocol", tail.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nobody_listens_it_keeps_trying_until_it_is_stopped()
    {
        await using var tail = CommandRun.Start("tail", "BTC.trade", "--url", $"ws://127.0.0.1:{FreePort.Next()}/ws");

        await tail.Error.WaitForAsync("does not answer: Connection refused");

        Assert.Equal(0, await tail.StopAsync());
    }
}
