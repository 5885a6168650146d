using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WsFanout.Nats.Tests.Scripted;

/// <summary>The server's side of one connection, played by a test byte by byte.</summary>
internal sealed class ScriptedPeer(TcpClient client, int number, CancellationToken ct) : IDisposable
{
    private Stream _stream = client.GetStream();
    private readonly List<byte> _unread = [];

    /// <summary>1 for the first connection.</summary>
    public int Number { get; } = number;

    /// <summary>Ends with the server.</summary>
    public CancellationToken Stopping { get; } = ct;

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes, Stopping);

    /// <summary>Sends once the client has said anything.</summary>
    public async Task SendAfterClientAsync(string text)
    {
        await _stream.ReadExactlyAsync(new byte[1], Stopping);
        await SendAsync(Encoding.Latin1.GetBytes(text));
    }

    public async Task SendByteByByteAsync(string text)
    {
        client.NoDelay = true;
        foreach (var one in Encoding.UTF8.GetBytes(text))
        {
            await _stream.WriteAsync(new[] { one }, Stopping);
        }
    }

    /// <summary>Goes on encrypted, as the server of this certificate.</summary>
    public async Task EncryptAsync((string Certificate, string Key) pair)
    {
        // By way of PKCS#12: a key that is only in memory can't be shown everywhere.
        using var loaded = X509Certificate2.CreateFromPemFile(pair.Certificate, pair.Key);
        var encrypted = new SslStream(_stream);
        _stream = encrypted;
        await encrypted.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificate = X509CertificateLoader.LoadPkcs12(loaded.Export(X509ContentType.Pkcs12), null) }, Stopping);
    }

    /// <summary>Greets, and accepts whoever comes.</summary>
    /// <returns>The CONNECT line.</returns>
    public async Task<string> AcceptAsync(string info = Protocol.Transcripts.Info)
    {
        await SendAsync(info);
        return await AcceptGreetedAsync();
    }

    /// <summary>Accepts whoever was greeted already.</summary>
    /// <returns>The CONNECT line.</returns>
    public async Task<string> AcceptGreetedAsync()
    {
        var connect = await ReadLineAsync();
        Assert.Equal("PING", await ReadLineAsync());
        await SendAsync("PONG\r\n");
        Assert.StartsWith("SUB _INBOX.", await ReadLineAsync(), StringComparison.Ordinal);
        return connect;
    }

    /// <summary>Next request of the client.</summary>
    /// <returns>Its subject and reply subject.</returns>
    public async Task<(string Subject, string ReplyTo)> ReadRequestAsync()
    {
        var tokens = (await ReadLineAsync()).Split(' ');
        Assert.Equal(("PUB", 4), (tokens[0], tokens.Length));
        await ReadLineAsync();
        return (tokens[1], tokens[2]);
    }

    /// <summary>Next line, or a failure when the client hangs up.</summary>
    public async Task<string> ReadLineAsync() => await TryReadLineAsync() ?? throw new EndOfStreamException("The client hung up.");

    /// <returns>Null when the client has hung up.</returns>
    public async Task<string?> TryReadLineAsync()
    {
        var buffer = new byte[4096];
        while (true)
        {
            var end = _unread.IndexOf((byte)'\n');
            if (end >= 0)
            {
                var line = Encoding.UTF8.GetString([.. _unread[..end]]).TrimEnd('\r');
                _unread.RemoveRange(0, end + 1);
                return line;
            }

            try
            {
                var read = await _stream.ReadAsync(buffer, Stopping);
                if (read == 0)
                {
                    return null;
                }

                _unread.AddRange(buffer[..read]);
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    /// <summary>Keeps the connection and answers PINGs until the client goes or the server stops.</summary>
    public async Task StayAsync()
    {
        while (await TryReadLineAsync() is { } line)
        {
            if (line == "PING")
            {
                await SendAsync("PONG\r\n");
            }
        }
    }

    public void Dispose() => client.Dispose();
}
