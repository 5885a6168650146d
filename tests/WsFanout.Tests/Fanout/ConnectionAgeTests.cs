using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Tests.Fanout;

public sealed class ConnectionAgeTests
{
    private static readonly ClientOptions Options = new() { MaxConnectionAge = TimeSpan.FromMinutes(10) };

    [Fact]
    public void Who_has_been_here_long_enough_is_sent_away_and_told_to_come_back_soon()
    {
        using var worker = new WorkerParts(Options);
        var (client, wire) = worker.Join();

        Pass(worker, wire, TimeSpan.FromMinutes(9));
        Assert.Null(client.Closing);
        Pass(worker, wire, TimeSpan.FromMinutes(2.1));

        Assert.Equal(CloseReason.ConnectionAge, wire.Closed);
        var bye = wire.OfType("bye").Single();
        Assert.Equal(4201, bye["code"]!.GetValue<int>());
        Assert.InRange(bye["retry_ms"]!.GetValue<int>(), 0, 999);
    }

    [Fact]
    public void Clients_that_came_together_go_apart_over_a_fifth_of_their_age()
    {
        using var worker = new WorkerParts(Options);
        var wires = Enumerable.Range(0, 200).Select(_ => worker.Join().Wire).ToArray();
        Pass(worker, wires, TimeSpan.FromMinutes(9));
        var gone = new List<int>();

        for (var step = 0; step < 4; step++)
        {
            Pass(worker, wires, TimeSpan.FromSeconds(30.5));
            gone.Add(wires.Count(wire => wire.Closed is not null));
        }

        // Fifty in each quarter, give or take what chance does once in a million times.
        Assert.Equal(200, gone[^1]);
        Assert.All(gone.Zip(gone.Prepend(0), (all, before) => all - before), quarter => Assert.InRange(quarter, 15, 85));
    }

    [Fact]
    public void Without_an_age_nobody_is_sent_away()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();

        Pass(worker, wire, TimeSpan.FromHours(3));

        Assert.Null(client.Closing);
    }

    [Fact]
    public void Who_is_behind_gets_what_waits_before_the_goodbye()
    {
        using var worker = new WorkerParts(Options);
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "a");
        Pass(worker, wire, TimeSpan.FromMinutes(8.9));
        wire.Room = 0;
        worker.Deal(worker.Message(new Channel("a"), 101));
        wire.IsProgressing = true;
        Pass(worker, wire, TimeSpan.FromMinutes(2.2), until: () => client.Closing is not null);

        Assert.Equal(CloseReason.ConnectionAge, client.Closing);
        Assert.Null(wire.Closed);
        wire.Drain(1_000_000);
        worker.Pass(TimeSpan.FromSeconds(0.1));

        var text = System.Text.Encoding.UTF8.GetString([.. wire.Bytes]);
        Assert.True(text.IndexOf("\"seq\":101", StringComparison.Ordinal) is >= 0 and var message && message < text.IndexOf("\"bye\"", StringComparison.Ordinal));
        Assert.Equal(CloseReason.ConnectionAge, wire.Closed);
    }

    private static void Pass(WorkerParts worker, TestWire wire, TimeSpan time, Func<bool>? until = null) => Pass(worker, [wire], time, until);

    /// <summary>The clients answer every ping.</summary>
    private static void Pass(WorkerParts worker, TestWire[] wires, TimeSpan time, Func<bool>? until = null)
    {
        for (var step = TimeSpan.FromMilliseconds(500); time > TimeSpan.Zero && until?.Invoke() != true; time -= step)
        {
            worker.Pass(step);
            foreach (var wire in wires) wire.LastReceivedAt = worker.Clock.GetTimestamp();
        }
    }
}
