using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using WsFanout.Testing;
using WsFanout.Tests.Deploy;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A proxy of the distribution's with the configuration that is shipped for it; nothing in that is changed but addresses, files and what a test asks for.</summary>
internal sealed class ReverseProxy : IAsyncDisposable
{
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(10);

    private readonly EmptyFolder _folder;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly Process _process;

    private ReverseProxy(EmptyFolder folder, (int Tls, int Clear) ports, string program, params string[] arguments)
    {
        _folder = folder;
        (Port, ClearPort) = ports;
        _process = Process.Start(new ProcessStartInfo(FactWithAttribute.Find(program)!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Where it speaks TLS.</summary>
    public int Port { get; }

    /// <summary>Where it sends people to the other one.</summary>
    public int ClearPort { get; }

    public Uri WebSocketAddress => new($"wss://localhost:{Port}/ws");

    /// <summary>What it has said and logged.</summary>
    public string Log => string.Join('\n', _output.Concat(Directory.GetFiles(_folder.Path, "*.log").Select(ReadShared)));

    /// <param name="certificate">What it shows to clients.</param>
    /// <param name="servers">The two behind it; one may stand for both.</param>
    /// <param name="idleSeconds">Silence after which it cuts; null: as shipped.</param>
    /// <param name="perAddress">Connections that one address may hold; null: as shipped.</param>
    public static Task<ReverseProxy> NginxAsync(TestCertificate certificate, (TestServer First, TestServer Second) servers, int? idleSeconds = null, int? perAddress = null)
    {
        var folder = new EmptyFolder();
        var ports = (Tls: FreePort.Next(), Clear: FreePort.Next());
        var temporary = string.Concat(((string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]).Select(kind => $" {kind}_temp_path {folder.Path}/{kind};"));
        var file = Write(folder, "nginx.conf", [
            ("pid /run/nginx.pid;", $"pid {folder.Path}/nginx.pid;"),
            ("/var/log/nginx/", $"{folder.Path}/"),
            ("http {\n", $"http {{{temporary}\n"),
            ("listen 80;", $"listen 127.0.0.1:{ports.Clear};"),
            ("listen 443 ssl", $"listen 127.0.0.1:{ports.Tls} ssl"),
            ("/etc/wsfanout/tls.crt", certificate.CertificatePath),
            ("/etc/wsfanout/tls.key", certificate.KeyPath),
            ("127.0.0.1:3002", $"127.0.0.1:{servers.First.BaseAddress.Port}"),
            ("127.0.0.1:3003", $"127.0.0.1:{servers.Second.BaseAddress.Port}"),
            .. Change(idleSeconds, "proxy_read_timeout 75s", "proxy_read_timeout {0}s"),
            .. Change(idleSeconds, "proxy_send_timeout 75s", "proxy_send_timeout {0}s"),
            .. Change(perAddress, "limit_conn per_address 500", "limit_conn per_address {0}"),
        ]);
        return StartedAsync(new ReverseProxy(folder, ports, "nginx", "-e", "stderr", "-g", "daemon off;", "-c", file));
    }

    /// <inheritdoc cref="NginxAsync"/>
    public static Task<ReverseProxy> HaproxyAsync(TestCertificate certificate, (TestServer First, TestServer Second) servers, int? idleSeconds = null, int? perAddress = null)
    {
        var folder = new EmptyFolder();
        var ports = (Tls: FreePort.Next(), Clear: FreePort.Next());
        var pem = Path.Combine(folder.Path, "tls.pem");
        File.WriteAllText(pem, File.ReadAllText(certificate.CertificatePath) + File.ReadAllText(certificate.KeyPath));
        var file = Write(folder, "haproxy.cfg", [
            // Whoever runs the tests may be no root, and have few descriptors.
            ("    user haproxy\n    group haproxy\n", ""),
            ("maxconn 20000", "maxconn 1000"),
            ("bind :80", $"bind 127.0.0.1:{ports.Clear}"),
            ("bind :443 ssl", $"bind 127.0.0.1:{ports.Tls} ssl"),
            ("/etc/wsfanout/tls.pem", pem),
            ("127.0.0.1:3002 port 9102", $"127.0.0.1:{servers.First.BaseAddress.Port} port {servers.First.AdminAddress.Port}"),
            ("127.0.0.1:3003 port 9103", $"127.0.0.1:{servers.Second.BaseAddress.Port} port {servers.Second.AdminAddress.Port}"),
            .. Change(idleSeconds, "timeout tunnel 75s", "timeout tunnel {0}s"),
            .. Change(perAddress, "sc0_conn_cur gt 500", "sc0_conn_cur gt {0}"),
        ]);
        return StartedAsync(new ReverseProxy(folder, ports, "haproxy", "-db", "-f", file));
    }

    public async ValueTask DisposeAsync()
    {
        // By its own signal: killed, nginx would leave its workers behind.
        if (!_process.HasExited) _ = ServerProgram.Kill(_process.Id, ServerProgram.SigTerm);
        await _process.WaitForExitAsync().WaitAsync(EndDeadline);
        _process.Dispose();
        _folder.Dispose();
    }

    private static async Task<ReverseProxy> StartedAsync(ReverseProxy proxy)
    {
        try
        {
            await Wait.UntilAsync(
                async () => proxy._process.HasExited || await AcceptsAsync(proxy.Port),
                () => $"the proxy should listen; it said:\n{proxy.Log}");
            Assert.False(proxy._process.HasExited, $"The proxy ended:\n{proxy.Log}");
            return proxy;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    private static async Task<bool> AcceptsAsync(int port)
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string Write(EmptyFolder folder, string name, IEnumerable<(string Old, string New)> changes)
    {
        var text = RepositoryFiles.ReadText($"deploy/proxies/{name}");
        foreach (var (old, @new) in changes)
        {
            Assert.Contains(old, text, StringComparison.Ordinal);
            text = text.Replace(old, @new, StringComparison.Ordinal);
        }

        var file = Path.Combine(folder.Path, name);
        File.WriteAllText(file, text);
        return file;
    }

    private static (string Old, string New)[] Change(int? value, string old, string format) =>
        value is { } given ? [(old, string.Format(CultureInfo.InvariantCulture, format, given))] : [];

    private static string ReadShared(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }
}
