using System.Net;
using System.Net.Sockets;
using WsFanout.Hosting;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>The server knocks at its own door: a listener that the kernel keeps open and that nobody serves is noticed, a crowd before it is not taken for that.</summary>
public sealed class DoorWatchTests : IDisposable
{
    private readonly TcpListener _door = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private long _accepted;
    private long _asked;

    public DoorWatchTests() => _door.Start(backlog: 100);

    [Fact]
    public async Task A_door_that_nobody_opens_ends_the_watch_with_the_reason()
    {
        var watch = Watch(_ => 7).RunAsync(_stop.Token);

        var closed = await Assert.ThrowsAsync<InvalidOperationException>(() => watch.WaitAsync(TimeSpan.FromSeconds(20)));

        Assert.Contains("nobody has been accepted", closed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_knock_that_waits_while_others_are_let_in_proves_nothing()
    {
        var watch = Watch(asked => asked).RunAsync(_stop.Token);

        await Wait.UntilAsync(() => Interlocked.Read(ref _asked) > 6, "it should have knocked a number of times");

        Assert.False(watch.IsCompleted, "others were accepted all the time");
        await StopAsync(watch);
    }

    [Fact]
    public async Task A_knock_whose_end_is_noticed_late_proves_nothing()
    {
        var watch = Watch(_ => 7, clockHaste: 40).RunAsync(_stop.Token);

        for (var knock = 1; knock <= 4; knock++)
        {
            using var knocks = await _door.AcceptSocketAsync(new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token);
            await knocks.ReceiveAsync(new byte[1024], new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token);
            await Wait.UntilAsync(() => knocks.Poll(0, SelectMode.SelectRead) && knocks.Available == 0, "the knock should be given up");
        }

        Assert.False(watch.IsCompleted, "this process was not given the processor");
        await StopAsync(watch);
    }

    [Fact]
    public async Task A_door_that_opens_is_enough_whatever_the_answer()
    {
        var watch = Watch(_ => 0).RunAsync(_stop.Token);
        for (_accepted = 0; _accepted < 5; _accepted++)
        {
            // Closed without a word: the way of a server that is full.
            using var knock = await _door.AcceptSocketAsync(new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token);
        }

        Assert.False(watch.IsCompleted, "every knock was answered");
        await StopAsync(watch);
    }

    [Fact]
    public async Task A_server_opens_its_own_door()
    {
        await using var server = await TestServer.StartAsync();
        var watch = new DoorWatch(() => new IPEndPoint(IPAddress.Loopback, server.BaseAddress.Port), () => Interlocked.Increment(ref _asked) * 0, () => TimeSpan.Zero, new HastyTime())
            .RunAsync(_stop.Token);

        await Wait.UntilAsync(() => Interlocked.Read(ref _asked) > 6, "it should have knocked a number of times");

        Assert.False(watch.IsCompleted, "every knock was answered");
        await StopAsync(watch);
    }

    public void Dispose()
    {
        _stop.Dispose();
        _door.Dispose();
    }

    private DoorWatch Watch(Func<long, long> accepted, int clockHaste = 1) =>
        new(() => (IPEndPoint)_door.LocalEndpoint, () => accepted(Interlocked.Increment(ref _asked)), () => TimeSpan.Zero, new HastyTime(clockHaste));

    private async Task StopAsync(Task watch)
    {
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch);
    }
}
