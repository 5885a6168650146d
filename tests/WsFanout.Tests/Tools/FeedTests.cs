using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using WsFanout.Tools;

namespace WsFanout.Tests.Tools;

public sealed class FeedTests
{
    [Fact]
    public async Task Trades_go_to_the_channel_of_their_symbol()
    {
        var published = new ConcurrentQueue<(string Channel, string Body)>();
        await using var server = await ScriptedServer.ForRequestsAsync(async context =>
        {
            var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            published.Enqueue((context.Request.Path.Value?["/publish/".Length..] ?? "", body));
            await context.Response.WriteAsync("""{"seq":1}""");
        });
        await using var feed = CommandRun.Start("feed", "--rate", "40", "--symbols", "3", "--bursts", "false", "--seconds", "3", "--url", server.Http);

        Assert.Equal(0, await feed.ExitAsync());

        Assert.InRange(published.Count, 1, 120);
        foreach (var (channel, body) in published)
        {
            using var json = JsonDocument.Parse(body);
            Assert.Equal(channel, json.RootElement.GetProperty("symbol").GetString() + ".trade");
        }
        Assert.Equal(2, feed.Output.Lines.Length);
        Assert.Equal($"feed: {published.Count} trades published.", feed.Output.Lines[1]);
    }

    [Fact]
    public async Task It_goes_on_when_the_server_comes_back_and_says_each_change_once()
    {
        var requests = 0;
        await using var server = await ScriptedServer.ForRequestsAsync(async context =>
        {
            if (Interlocked.Increment(ref requests) is >= 3 and <= 6)
            {
                context.Response.StatusCode = 503;
                context.Response.Headers.RetryAfter = "0";
                return;
            }
            await context.Response.WriteAsync("""{"seq":1}""");
        });
        await using var feed = CommandRun.Start("feed", "--rate", "200", "--url", server.Http);

        await feed.Output.WaitForAsync("waiting");
        var before = feed.Output.Lines.Length;
        await feed.Output.WaitForAsync($"503 Service Unavailable{Environment.NewLine}feed: publishing");

        Assert.Equal(2, before);
        Assert.Equal(0, await feed.StopAsync());
        Assert.Equal(4, feed.Output.Lines.Length);
    }

    [Fact]
    public async Task A_time_that_ends_without_anybody_who_takes_a_trade_is_a_failure()
    {
        await using var feed = CommandRun.Start("feed", "--rate", "100", "--seconds", "1", "--url", "http://127.0.0.1:1");

        Assert.Equal(1, await feed.ExitAsync());

        Assert.Equal("feed: 0 trades published.", feed.Output.Lines[^1]);
    }

    [Fact]
    public async Task A_refusal_that_waiting_does_not_mend_ends_it()
    {
        await using var server = await ScriptedServer.ForRequestsAsync(async context =>
        {
            context.Response.StatusCode = 401;
            await context.Response.WriteAsJsonAsync(new { error = "unauthorized", message = "wrong token" });
        });
        await using var feed = CommandRun.Start("feed", "--rate", "100", "--url", server.Http);

        Assert.Equal(1, await feed.ExitAsync());

        Assert.Equal(["feed: stopped, refused: 401 unauthorized: wrong token"], feed.Output.Lines);
    }

    [Fact]
    public void A_steady_pace_owes_exactly_its_rate()
    {
        var pace = new FeedPace(12, bursts: false, new Random(1));

        var due = Enumerable.Range(1, 5_000).Sum(step => pace.Due(TimeSpan.FromMilliseconds(20 * step)));

        Assert.Equal(1_200, due);
    }

    [Fact]
    public void Now_and_then_a_second_is_a_burst_of_five_times_the_rate()
    {
        var pace = new FeedPace(12, bursts: true, new Random(1));

        var seconds = Enumerable.Range(0, 200).Select(second => Enumerable.Range(1, 50).Sum(step => pace.Due(TimeSpan.FromMilliseconds((1_000 * second) + (20 * step))))).ToList();

        Assert.All(seconds, sent => Assert.True(sent is 11 or 12 or 13 or 59 or 60 or 61, $"{sent} in a second"));
        Assert.InRange(seconds.Count(sent => sent > 50), 5, 50);
    }

    [Fact]
    public void A_feed_that_was_held_up_does_not_make_up_for_more_than_a_second()
    {
        var pace = new FeedPace(12, bursts: false, new Random(1));

        Assert.Equal(12, pace.Due(TimeSpan.FromHours(1)));
    }

    [Fact]
    public void Trades_are_json_of_about_400_bytes()
    {
        var trades = new TradeGenerator(100, seed: 7);

        for (var i = 0; i < 2_000; i++)
        {
            var (symbol, bytes) = trades.Next(DateTimeOffset.UnixEpoch.AddSeconds(i));
            using var json = JsonDocument.Parse(bytes);
            Assert.InRange(bytes.Length, 360, 440);
            Assert.Equal(symbol, json.RootElement.GetProperty("symbol").GetString());
            Assert.True(double.Parse(json.RootElement.GetProperty("price").GetString() ?? "", System.Globalization.CultureInfo.InvariantCulture) > 0);
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_trades()
    {
        var one = new TradeGenerator(100, seed: 3);
        var other = new TradeGenerator(100, seed: 3);

        for (var i = 0; i < 100; i++)
            Assert.Equal(one.Next(DateTimeOffset.UnixEpoch).Json.ToArray(), other.Next(DateTimeOffset.UnixEpoch).Json.ToArray());
    }

    [Fact]
    public void Symbols_are_all_different()
    {
        var names = Enumerable.Range(0, 1_000).Select(TokenNames.At).ToList();

        Assert.Equal(names.Count, names.Distinct().Count());
    }
}
