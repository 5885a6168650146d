using System.Net.Sockets;

namespace WsFanout.IntegrationTests.Support;

/// <summary>
/// Clients that subscribe to everything and throw away what comes. They cost the server as much as any and the test next to nothing, so that it
/// is the server that runs out of CPU first. They answer no ping.
/// </summary>
internal sealed class Crowd : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(25);

    private readonly List<TcpClient> _members;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _draining;

    private Crowd(List<TcpClient> members)
    {
        _members = members;
        _draining = Task.Run(DrainAsync);
    }

    /// <summary>Lets them in one after the other, each as soon as the server takes it.</summary>
    public static async Task<Crowd> JoinAsync(Uri address, int size)
    {
        var members = new List<TcpClient>();
        await WsFanout.Testing.Wait.UntilAsync(
            async () =>
            {
                if (members.Count < size && await RawHandshake.TryOpenAsync(address) is { } member) members.Add(member);
                return members.Count == size;
            },
            $"the server should let {size} clients in",
            TimeSpan.FromSeconds(60));
        return new Crowd(members);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _draining.Wait();
        foreach (var member in _members) member.Dispose();
        _stop.Dispose();
    }

    private async Task DrainAsync()
    {
        var sink = new byte[256 * 1024];
        using var pace = new PeriodicTimer(Beat);
        while (!_stop.IsCancellationRequested)
        {
            foreach (var member in _members)
            {
                while (member.Client.Available > 0) _ = member.Client.Receive(sink);
            }

            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
