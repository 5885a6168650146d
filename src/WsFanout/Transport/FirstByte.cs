using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace WsFanout.Transport;

/// <summary>Lets only connections through on which something comes: one that stays silent is closed after a while, before it costs more than its socket.</summary>
/// <remarks>What comes after the first byte is the HTTP server's to time.</remarks>
internal sealed class FirstByte(ConnectionDelegate next, TimeSpan timeout, TimeProvider time)
{
    /// <summary>Waits for the first byte, then hands the connection on with nothing taken from it.</summary>
    /// <returns>When the connection has ended or is to be closed.</returns>
    public async Task HandleAsync(ConnectionContext connection)
    {
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        if (await ComesAsync(connection, stopping)) await next(connection);
    }

    /// <param name="stopping">The server is about to stop and would have to wait for this connection.</param>
    private async ValueTask<bool> ComesAsync(ConnectionContext connection, CancellationToken stopping)
    {
        var input = connection.Transport.Input;
        try
        {
            if (!input.TryRead(out var read)) read = await ReadAsync(connection, stopping);

            var came = !read.Buffer.IsEmpty;
            input.AdvanceTo(read.Buffer.Start);
            return came;
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // Silent for too long, or cut by the client: either way nothing has been asked, so nothing is answered.
            return false;
        }
    }

    private async ValueTask<ReadResult> ReadAsync(ConnectionContext connection, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        await using var stopped = stopping.Register(limit.Cancel);
        try
        {
            return await connection.Transport.Input.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested && HasCome(connection))
        {
            // It came in time; only this server is late, and that is not the client's fault.
            return await connection.Transport.Input.ReadAsync(stopping);
        }
    }

    private static bool HasCome(ConnectionContext connection)
    {
        if (connection.Features.Get<IConnectionSocketFeature>() is { Socket.Available: > 0 }) return true;
        if (!connection.Transport.Input.TryRead(out var read)) return false;
        connection.Transport.Input.AdvanceTo(read.Buffer.Start);
        return !read.Buffer.IsEmpty;
    }
}
