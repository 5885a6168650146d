using System.Globalization;
using System.Text.Json.Nodes;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>The built program under a wall clock that is moved beneath it, by libfaketime.</summary>
[Collection(HeavyTests.Name)]
public sealed class WallClockLongTests
{
    [LongFact("faketime", "faketime")]
    public async Task The_program_lives_through_jumps_of_an_hour_and_a_day()
    {
        await using var parts = new PartsInUse();
        var folder = parts.Add(new EmptyFolder());
        var offset = Path.Combine(folder.Path, "offset");
        await File.WriteAllTextAsync(offset, "+0\n");
        var nats = parts.AddAsync(await NatsServerProcess.StartAsync());

        // Under libfaketime every wait with a time limit returns at once, so the runtime's threads take all the CPU there is: no overload of the server's.
        var (program, address) = await ServerProgram.ServeAsync(
            folder.Path, ("WS_CPU_REJECT_THRESHOLD", "100"), ("WS_CPU_PAUSE_THRESHOLD", "100"), ("NATS_URL", nats.Url.ToString()), ("JS_STREAM_MAX_AGE", "10m"), ("WS_PING_INTERVAL", "1s"), ("WS_PONG_TIMEOUT", "5s"),
            ("LD_PRELOAD", Library()), ("FAKETIME_TIMESTAMP_FILE", offset), ("FAKETIME_NO_CACHE", "1"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1"), ("DONT_FAKE_MONOTONIC", "1"));
        parts.Add(program);
        var client = parts.AddAsync(await RecordingClient.ConnectAsync(address, ">"));
        var load = parts.AddAsync(new MeasuredLoad(parts.AddAsync(await Broker.ConnectAsync(nats)), ["a.b", "c.d"], 100));

        // Each for longer than a ping and its answer may take.
        foreach (var seconds in new[] { "+3600", "-3600", "+0", "+86400" })
        {
            await File.WriteAllTextAsync(offset, seconds + "\n");
            await Task.Delay(TimeSpan.FromSeconds(8));
        }

        var stored = await load.EndAsync();
        await Wait.UntilAsync(
            () => Task.FromResult(client.LastSequence == stored[^1].Sequence || client.IsOver),
            () => $"the last message, {stored[^1].Sequence}, should come; {client.LastSequence} is the last that has, and the server's log is:\n{string.Join('\n', program.Output)}");
        Assert.False(client.IsOver, $"the client was closed with {client.CloseCode}");
        Assert.Empty(new DeliveryChecker(stored).Check(client.Frames(), client.Wants, client.AckedAt, stored[^1].Sequence));
        Assert.Equal(0, client.Missed);
        Assert.Equal(await MetricsPage.ReadAsync(address, "ws_delivery_seconds_count"), await MetricsPage.ReadAsync(address, "ws_delivery_seconds_bucket{le=\"10\"}"));
        Assert.Equal(1, await MetricsPage.ReadAsync(address, "ws_stream_consumers_created_total"));
        Assert.Empty(LoadChange.In(program.Output));

        // The clock was moved indeed: the log of the end is a day ahead.
        program.Signal(ServerProgram.SigTerm);
        Assert.Equal(0, await program.WaitForExitAsync(TimeSpan.FromSeconds(20)));
        var last = JsonNode.Parse(program.Output.Last(line => line.StartsWith('{')))!["time"]!.GetValue<string>();
        var ahead = DateTime.Parse(last, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal) - TimeProvider.System.GetUtcNow().UtcDateTime;
        Assert.InRange(ahead.TotalHours, 23, 25);
    }

    private static string Library() =>
        Directory.EnumerateFiles("/usr/lib", "libfaketime.so.1", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }).First();
}
