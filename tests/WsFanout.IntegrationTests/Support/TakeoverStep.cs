using System.Text;

namespace WsFanout.IntegrationTests.Support;

/// <summary>How far a connection gets on its way to become a client, and from there to its end.</summary>
internal sealed record TakeoverStep(string Name, Func<RawClient, Task> WalkAsync)
{
    private const int MorePingsThanAPipeHolds = 800;

    private static readonly string Request = RawClient.Upgrade.Replace("/ws", "/ws?channels=a", StringComparison.Ordinal) + "\r\n";

    private static readonly byte[] HalfAFrame = [.. ClientFrame.Text("""{"type":"heartbeat"}""").ToBytes().AsSpan(0, 9)];

    private static readonly byte[] SomeFrames =
        [.. ClientFrame.Text("""{"type":"subscribe","data":{"channels":["b","c.*"]}}""").ToBytes(), .. ClientFrame.Ping("early").ToBytes(), .. HalfAFrame];

    private static readonly byte[] ManyFrames = [.. Enumerable.Repeat(ClientFrame.Ping(new byte[125]).ToBytes(), MorePingsThanAPipeHolds).SelectMany(frame => frame), .. SomeFrames];

    public static readonly IReadOnlyList<TakeoverStep> All =
    [
        new("connected", _ => Task.CompletedTask),
        new("in the middle of the request", client => client.SendAsync(Request[..60])),
        new("right behind the request", client => client.SendAsync(Request)),
        new("right behind the 101", ShakeHandsAsync),
        new("welcomed", WelcomeAsync),
        new("in the middle of its first frame", async client =>
        {
            await WelcomeAsync(client);
            await client.SendAsync(HalfAFrame);
        }),
        new("with frames glued to the request", client => client.SendAsync((byte[])[.. Encoding.ASCII.GetBytes(Request), .. SomeFrames])),
        new("with more frames glued to it than a pipe holds", client => client.SendAsync((byte[])[.. Encoding.ASCII.GetBytes(Request), .. ManyFrames])),
        new("in the middle of closing", async client =>
        {
            await WelcomeAsync(client);
            await client.SendCloseAsync(1000);
        }),
    ];

    /// <summary>As many connections as asked for get so far and go, a part of them at the same time.</summary>
    public async Task RunAsync(Uri address, string departure, int times, int atATime) =>
        await Parallel.ForEachAsync(Enumerable.Range(0, times), new ParallelOptions { MaxDegreeOfParallelism = atATime }, async (_, _) =>
        {
            var client = await RawClient.OpenAsync(address);
            await WalkAsync(client);
            await Departure.GoAsync(client, departure);
        });

    private static async Task ShakeHandsAsync(RawClient client)
    {
        await client.SendAsync(Request);
        Assert.Equal(101, (await client.ReadReplyAsync()).Status);
    }

    private static async Task WelcomeAsync(RawClient client)
    {
        await ShakeHandsAsync(client);
        await client.ReadAsync("subscription_ack");
    }
}
