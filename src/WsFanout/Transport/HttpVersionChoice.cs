using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace WsFanout.Transport;

/// <summary>Finds out by its first bytes which HTTP a connection speaks, and hands it, with nothing taken from it, to whoever speaks that.</summary>
/// <remarks>In clear nothing is agreed on beforehand. But what a client of HTTP/2 says first is fixed, and no request of HTTP/1.1 begins like it.</remarks>
/// <param name="timeout">For so many bytes that it is clear.</param>
internal sealed class HttpVersionChoice(ConnectionDelegate http1, ConnectionDelegate http2, TimeSpan timeout, TimeProvider time)
{
    /// <summary>Whole: the HTTP server would wait for the rest of it for long.</summary>
    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <returns>When the connection has ended or is to be closed.</returns>
    public async Task HandleAsync(ConnectionContext connection)
    {
        if (await ChooseAsync(connection) is { } chosen) await chosen(connection);
    }

    private async ValueTask<ConnectionDelegate?> ChooseAsync(ConnectionContext connection)
    {
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var late = new CancellationTokenSource(timeout, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stopping);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(limit.Token);
                var chosen = Choose(read.Buffer);
                input.AdvanceTo(read.Buffer.Start, chosen is null ? read.Buffer.End : read.Buffer.Start);
                if (chosen is not null || read.IsCompleted) return chosen;
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // Nothing has been asked yet, so nothing is answered.
            return null;
        }
    }

    /// <returns>Null while it may be either.</returns>
    private ConnectionDelegate? Choose(ReadOnlySequence<byte> received)
    {
        Span<byte> first = stackalloc byte[Preface.Length];
        var count = (int)Math.Min(received.Length, first.Length);
        received.Slice(0, count).CopyTo(first);
        if (!Preface.StartsWith(first[..count])) return http1;
        return count == Preface.Length ? http2 : null;
    }
}
