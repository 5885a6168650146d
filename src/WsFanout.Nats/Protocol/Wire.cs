using System.Net.Security;
using System.Net.Sockets;

namespace WsFanout.Nats.Protocol;

/// <summary>The bytes of one connection: a TCP socket, in the clear until <see cref="EncryptAsync"/>.</summary>
/// <remarks>
/// Thread safety: one receives, one sends, <see cref="Cut"/> from anywhere. Encrypting is the receiver's, before anything was sent; disposing
/// comes when nobody receives or sends any more.
/// </remarks>
internal sealed class Wire : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    // Written by the receiver before the sender begins.
    private SslStream? _tls;

    public bool IsEncrypted => _tls is not null;

    /// <returns>False when it reached itself: on loopback, dialling a port where nobody listens can be given that very port to dial from.</returns>
    /// <exception cref="SocketException">Nobody is there.</exception>
    public async Task<bool> ConnectAsync(string host, int port, CancellationToken ct)
    {
        await _socket.ConnectAsync(host, port, ct);
        return !Equals(_socket.LocalEndPoint, _socket.RemoteEndPoint);
    }

    /// <exception cref="System.Security.Authentication.AuthenticationException">One of the two sides refuses.</exception>
    /// <exception cref="IOException">The connection was lost.</exception>
    public Task EncryptAsync(SslClientAuthenticationOptions options, CancellationToken ct)
    {
        _tls = new SslStream(new NetworkStream(_socket, ownsSocket: false));
        return _tls.AuthenticateAsClientAsync(options, ct);
    }

    /// <returns>Bytes received; 0: the other side has ended.</returns>
    /// <exception cref="SocketException">Lost.</exception>
    /// <exception cref="IOException">Lost, encrypted.</exception>
    /// <exception cref="ObjectDisposedException">Cut.</exception>
    public ValueTask<int> ReceiveAsync(Memory<byte> space, CancellationToken ct) =>
        _tls is { } tls ? tls.ReadAsync(space, ct) : _socket.ReceiveAsync(space, SocketFlags.None, ct);

    /// <inheritdoc cref="ReceiveAsync"/>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        if (_tls is { } tls)
        {
            await tls.WriteAsync(bytes);
            return;
        }

        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None)..];
        }
    }

    /// <summary>Ends it now: who receives or sends fails.</summary>
    public void Cut() => _socket.Dispose();

    public void Dispose()
    {
        Cut();
        _tls?.Dispose();
    }
}
