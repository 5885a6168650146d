using System.Net;
using System.Net.Sockets;

namespace WsFanout.Hosting;

/// <summary>
/// Knocks at the server's own door: connects as a client would and waits for any answer. A server that nobody can reach looks healthy from
/// within, so it must be asked from without.
/// </summary>
/// <remarks>
/// One task. A knock that is not answered proves nothing while others are let in, or while accepting waits on purpose: then there is a crowd
/// before the door, and ending the process would only make it larger. Nor does one whose end itself is noticed late: then this process is not
/// given the processor, and another one would not be either.
/// </remarks>
/// <param name="door">Where clients connect.</param>
/// <param name="accepted">Connections accepted so far.</param>
/// <param name="paused">Time in which accepting has waited on purpose, so far.</param>
internal sealed class DoorWatch(Func<IPEndPoint> door, Func<long> accepted, Func<TimeSpan> paused, TimeProvider time)
{
    /// <summary>Knocks without an answer, and nobody accepted between the first and the last, that make a closed door.</summary>
    private const int MostUnanswered = 3;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>By which the end of a knock is late on a processor that has time for this process.</summary>
    private static readonly TimeSpan MostLate = TimeSpan.FromSeconds(1);

    private static readonly byte[] Question = "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray();

    /// <exception cref="InvalidOperationException">Nobody is accepted any more.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        var unanswered = 0;
        var before = (Accepted: 0L, Paused: TimeSpan.Zero);
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            if (unanswered == 0) before = (accepted(), paused());
            var knockedAt = time.GetTimestamp();
            var isAnswered = await KnockAsync(stopping);
            if (!isAnswered && time.GetElapsedTime(knockedAt) > Patience + MostLate) continue;
            unanswered = isAnswered || before != (accepted(), paused()) ? 0 : unanswered + 1;
            if (unanswered == MostUnanswered) throw new InvalidOperationException($"nobody has been accepted for {Interval * MostUnanswered}, though this server itself tried to connect");
        }
    }

    /// <returns>Whether there was an answer, be it that the connection was closed.</returns>
    private async Task<bool> KnockAsync(CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(Reachable(door()), either.Token);
            await socket.SendAsync(Question, either.Token);
            await socket.ReceiveAsync(new byte[64], either.Token);
            return true;
        }
        catch (SocketException)
        {
            // Cut, or refused: somebody did that. A listener that has gone is found by its own end.
            return true;
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return false;
        }
    }

    private static IPEndPoint Reachable(IPEndPoint listening)
    {
        if (listening.Address.Equals(IPAddress.Any)) return new IPEndPoint(IPAddress.Loopback, listening.Port);
        return listening.Address.Equals(IPAddress.IPv6Any) ? new IPEndPoint(IPAddress.IPv6Loopback, listening.Port) : listening;
    }
}
