using System.Globalization;

namespace WsFanout.Nats.Tests.Scripted;

public class FullOutboxTests
{
    private const int FrameBytes = 200_000;

    /// <summary>More than the outbox and any kernel's buffers hold together.</summary>
    private const int MostFrames = 500;

    [Fact]
    public async Task Who_waits_for_room_is_not_overtaken_by_a_smaller_one()
    {
        var mayRead = new TaskCompletionSource();
        var subjects = new TaskCompletionSource<List<string>>();
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync();
            await mayRead.Task;
            var read = new List<string>();
            while (read.Count == 0 || read[^1] != "last")
            {
                read.Add((await peer.ReadLineAsync()).Split(' ')[1]);
                await peer.ReadLineAsync();
            }

            subjects.SetResult(read);
            await peer.StayAsync();
        });
        await using var connection = await NatsClient.OpenAsync(server.Url);
        var waiting = new List<Task>();
        var frames = 0;
        for (; waiting.Count < 3 && frames < MostFrames; frames++)
        {
            var publish = connection.PublishAsync(string.Create(CultureInfo.InvariantCulture, $"large.{frames}"), new byte[FrameBytes]).AsTask();
            if (!publish.IsCompleted) waiting.Add(publish);
        }

        Assert.Equal(3, waiting.Count);
        waiting.Add(connection.PublishAsync("small", new byte[1]).AsTask());
        waiting.Add(connection.PublishAsync("last", new byte[1]).AsTask());
        mayRead.SetResult();
        await Task.WhenAll(waiting);

        var expected = Enumerable.Range(0, frames).Select(frame => string.Create(CultureInfo.InvariantCulture, $"large.{frame}"));
        Assert.Equal([.. expected, "small", "last"], await subjects.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }
}
