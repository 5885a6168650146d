using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace WsFanout.IntegrationTests.Support;

/// <summary>One request over TLS as it stands on the wire, from an address of the test's choice. The connection stays until it is disposed of.</summary>
internal sealed class TlsVisitor : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly TcpClient _socket;

    private TlsVisitor(TcpClient socket, HttpReply reply)
    {
        _socket = socket;
        Reply = reply;
    }

    public HttpReply Reply { get; }

    /// <param name="port">At 127.0.0.1, whose certificate is for <c>localhost</c>.</param>
    /// <param name="request">The whole of it, with the blank line.</param>
    /// <param name="from">This end's address, one of 127.0.0.0/8.</param>
    public static async Task<TlsVisitor> ComeAsync(int port, TestCertificate certificate, string request, string from = "127.0.0.1")
    {
        var socket = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0));
        try
        {
            using var limit = new CancellationTokenSource(Deadline);
            await socket.ConnectAsync(IPAddress.Loopback, port, limit.Token);
            var tls = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = certificate.IsTrusted }, limit.Token);
            await tls.WriteAsync(Encoding.ASCII.GetBytes(request), limit.Token);
            return new TlsVisitor(socket, await ReadAsync(tls, limit.Token));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => _socket.Dispose();

    private static async Task<HttpReply> ReadAsync(SslStream tls, CancellationToken limit)
    {
        var head = new StringBuilder();
        var next = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await tls.ReadExactlyAsync(next, limit);
            head.Append((char)next[0]);
        }

        var lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(line => line.Split(':', 2)).ToDictionary(pair => pair[0].ToLowerInvariant(), pair => pair[1].Trim());
        var body = new byte[headers.TryGetValue("content-length", out var length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0];
        await tls.ReadExactlyAsync(body, limit);
        return new HttpReply(int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), headers, Encoding.UTF8.GetString(body));
    }
}
