using System.Collections.Concurrent;
using System.Net.Sockets;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests.Support;

/// <summary>What may go on while a server is told to stop.</summary>
internal static class DrainScenario
{
    private const int MessagesBefore = 20;
    private const int ManyEnough = 500;

    public static async Task DuringTrafficAsync(NatsServerProcess nats, int polite, int perSecond, string way)
    {
        await using var run = await StartAsync(nats, perSecond, ("WS_TRANSPORT", way));
        await using var broker = await Broker.ConnectAsync(nats);
        await run.FillAsync(polite);
        using var enough = new CancellationTokenSource();
        var publishing = broker.PublishSteadilyAsync(["a"], 200, enough.Token);
        await run.WaitForMessagesAsync(MessagesBefore);

        run.Terminate();
        await run.AssertReadinessCameFirstAsync();
        await run.AssertEndedWellAsync();
        await enough.CancelAsync();
        await publishing;

        Assert.Empty(await broker.ConsumersAsync());
        run.AssertNothingIsMissing();

        // The goodbyes of a few are over too soon to be sure of that.
        if (polite < ManyEnough) return;
        Assert.True(run.Guests.Max(guest => guest.Position) > run.Guests.Min(guest => guest.Position), "something should have come to those who were not sent away yet");
    }

    public static async Task DuringOutageAsync(NatsServerProcess nats, int polite, int perSecond, bool isFrozen)
    {
        await using var run = await StartAsync(nats, perSecond);
        await run.FillAsync(polite);
        if (isFrozen) nats.Stop();
        else await nats.KillAsync();

        run.Terminate();
        await run.AssertReadinessCameFirstAsync();

        await run.AssertEndedWellAsync();
    }

    public static async Task WhilePausedAsync(NatsServerProcess nats, int polite, int perSecond)
    {
        await using var run = await StartAsync(nats, perSecond);
        await using var broker = await Broker.ConnectAsync(nats);
        await run.FillAsync(polite);
        await run.PauseAsync();
        Assert.Single(await broker.ConsumersAsync());

        run.Terminate();
        await run.AssertReadinessCameFirstAsync();
        await run.AssertEndedWellAsync();

        Assert.Empty(await broker.ConsumersAsync());
    }

    /// <param name="saying">The line of the log at which the signal comes.</param>
    public static async Task DuringStartAsync(NatsServerProcess nats, string saying)
    {
        using var folder = new EmptyFolder();
        using var program = ServerProgram.Start(folder.Path, [], ("WS_ADDR", "127.0.0.1:0"), ("NATS_URL", nats.Url.ToString()));
        await Wait.UntilAsync(() => program.Output.Any(line => line.Contains(saying, StringComparison.Ordinal)), $"it should say {saying}", TimeSpan.FromSeconds(60));
        program.Signal(ServerProgram.SigTerm);

        Assert.Equal(0, await program.WaitForExitAsync(DrainRun.Limit));
        Assert.Empty(program.Errors);
        Assert.DoesNotContain(program.Output, line => line.Contains("xception", StringComparison.Ordinal));
        await using var broker = await Broker.ConnectAsync(nats);
        Assert.Empty(await broker.ConsumersAsync());
    }

    public static async Task DuringAttachAsync(NatsServerProcess nats)
    {
        using var proxy = new HoldingProxy(nats.Port);
        proxy.HoldAt("CONSUMER.CREATE");
        await using var run = await DrainRun.StartAsync(100, ("NATS_URL", proxy.Url.ToString()));
        await proxy.Held;

        // Nobody has to be sent away, so the intake is told in the moment after this line.
        run.Terminate();
        await Wait.UntilAsync(() => run.Program.Output.Any(line => line.Contains("Draining", StringComparison.Ordinal)), "the drain should have begun");
        proxy.Release();
        Assert.Equal(0, await run.Program.WaitForExitAsync(DrainRun.Limit));

        await using var broker = await Broker.ConnectAsync(nats);
        Assert.Empty(await broker.ConsumersAsync());
        run.AssertQuietLog();
    }

    /// <summary>Somebody goes on taking what waits, so slowly that it would take an hour.</summary>
    public static async Task WhileOneTricklesAsync(string way)
    {
        await using var run = await DrainRun.StartAsync(100, ("WS_TRANSPORT", way), ("WS_DRAIN_TIMEOUT", "5s"), ("WS_SEND_QUEUE_BYTES", "64MB"));
        await using var trickling = await TricklingClient.ConnectAsync(run.Address, "a");
        var guest = await Guest.ConnectAsync(run.Address);
        var payload = new string('7', 500_000);
        for (var i = 0; i < 8; i++) Assert.True(await run.TryPublishAsync(payload));
        await Wait.UntilAsync(() => guest.MessageCount == 8, "who reads should have it");

        run.Terminate();
        Assert.Equal(0, await run.Program.WaitForExitAsync(TimeSpan.FromSeconds(6)));

        await guest.DisposeAsync();
        Assert.Equal(4200, guest.CloseCode);
        run.AssertQuietLog();
    }

    /// <summary>Newcomers without end, all through the drain: of each that got its 101 everything must have come, up to the close frame.</summary>
    public static async Task WhileOthersComeInAsync(DrainRun run)
    {
        var guests = new ConcurrentBag<Guest>();
        var refusals = new Tally();
        var coming = Enumerable.Range(0, 8).Select(_ => ComeInAsync(run, guests, refusals)).ToList();
        await Wait.UntilAsync(() => guests.Count > 100, "many should be in");

        run.Terminate();
        Assert.Equal(0, await run.Program.WaitForExitAsync(DrainRun.Limit));
        await Task.WhenAll(coming);
        await Task.WhenAll(guests.Select(guest => guest.WaitForEndAsync()));

        Assert.All(guests, guest => Assert.Equal((4200, 4200), (guest.Bye?["code"]!.GetValue<int>(), guest.CloseCode)));
        Assert.True(refusals.Count > 0, "somebody should have been refused");
        run.AssertQuietLog();
        foreach (var guest in guests) await guest.DisposeAsync();
    }

    private static async Task ComeInAsync(DrainRun run, ConcurrentBag<Guest> guests, Tally refusals)
    {
        while (true)
        {
            try
            {
                var socket = await RawClient.OpenAsync(run.Address);
                await socket.SendAsync(RawClient.Upgrade + "\r\n");
                var reply = await socket.ReadReplyAsync();
                if (reply.Status == 101)
                {
                    guests.Add(Guest.Of(socket));
                    continue;
                }

                reply.AssertRefusal(503, "draining", isPassing: true);
                refusals.Add();
                socket.Dispose();
            }
            catch (Exception over) when (over is SocketException or IOException or OperationCanceledException)
            {
                // Nobody listens any more, or it ended before it said anything.
                if (run.Program.HasExited) return;
            }
        }
    }

    private static async Task<DrainRun> StartAsync(NatsServerProcess nats, int perSecond, params (string Name, string Value)[] variables)
    {
        var run = await DrainRun.StartAsync(perSecond, [("NATS_URL", nats.Url.ToString()), .. variables]);
        await run.WaitUntilReadyAsync();
        return run;
    }
}
