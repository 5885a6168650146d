using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using WsFanout.Hosting.Settings;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>TLS where clients connect: what is spoken, that the bounds of connections hold there too, and that a renewed certificate is taken.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TestCertificate _certificate = new();

    public void Dispose() => _certificate.Dispose();

    [Fact]
    public async Task Clients_and_publishers_come_by_tls_and_the_operators_address_stays_in_clear()
    {
        await using var server = await StartAsync(("WS_ADMIN_ADDR", "127.0.0.1:0"), ("WS_AUTH_JWT_SECRET", TokenMaker.Secret));
        await using var client = await ConnectAsync(server, "?channels=a", TokenMaker.Of(TokenMaker.GoodFor(TimeProvider.System.GetUtcNow())));
        await client.WaitForAsync("subscription_ack");

        await server.PublishAsync("a", "{\"large\":\"" + new string('x', 100_000) + "\"}");
        await server.PublishAsync("a", "2");
        await client.WaitForMessagesAsync(2);

        Assert.Equal(2, client.Messages[1]["data"]!.GetValue<int>());
        Assert.True(await server.MetricAsync("ws_tls_certificate_expiry_seconds") > 86400);
        Assert.Contains(server.Log, line => line.Contains("Listening on", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_whole_chain_is_sent_and_http_1_1_is_all_that_is_spoken()
    {
        await using var server = await StartAsync();

        await using var tls = await HandshakeAsync(server, SslProtocols.None, SslApplicationProtocol.Http2, SslApplicationProtocol.Http11);
        await using var older = await HandshakeAsync(server, SslProtocols.Tls12);

        Assert.Equal((SslProtocols.Tls13, SslApplicationProtocol.Http11), (tls.SslProtocol, tls.NegotiatedApplicationProtocol));
        Assert.Equal(SslProtocols.Tls12, older.SslProtocol);
        Assert.Equal(_certificate.Serial, ((X509Certificate2)tls.RemoteCertificate!).SerialNumber);
    }

    [Fact]
    public async Task Who_speaks_in_clear_or_begins_and_does_not_go_on_is_cut_and_the_others_are_served()
    {
        await using var server = await StartAsync(("WS_HANDSHAKE_TIMEOUT", "300ms"));
        await using var client = await ConnectAsync(server, "?channels=a");
        using var silent = await RawClient.OpenAsync(server);
        using var clear = await RawClient.OpenAsync(server);
        using var begun = await RawClient.OpenAsync(server);
        using var greeted = await RawClient.OpenAsync(server);

        // A record of a handshake that says how much follows, and a little of that.
        await begun.SendAsync((byte[])[22, 3, 1, 2, 0, 1, 0, 1]);
        await greeted.SendAsync((byte[])[22]);
        await clear.SendAsync(RawClient.Upgrade + "\r\n");

        Assert.Empty(await silent.ReadRestAsync());
        Assert.DoesNotContain((byte)'H', await clear.ReadRestAsync());
        await begun.DrainAsync();
        await greeted.DrainAsync();
        await client.SendAsync("""{"type":"heartbeat"}""");
        await client.WaitForAsync("pong");
        Assert.DoesNotContain(server.Log, line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Half_handshakes_take_the_places_that_connections_have_and_give_them_back()
    {
        const int clients = 20;
        const int places = clients + 48;
        var context = SettingsContext.OfThisProcess();
        await using var server = await TestServer.StartAsync(
            context with { Machine = context.Machine with { DescriptorLimit = clients + 256 } },
            [("WS_MAX_CONNECTIONS", $"{clients}"), ("WS_TRANSPORT", "auto"), ("WS_HANDSHAKE_TIMEOUT", "1m"), ("WS_ADMIN_ADDR", "127.0.0.1:0"), .. _certificate.Settings]);
        await using var client = await ConnectAsync(server);
        var half = new List<RawClient>();

        const string turned = "ws_connections_rejected_total{reason=\"max_connections\"}";
        while (await server.MetricAsync(turned) == 0)
        {
            Assert.True(half.Count <= places, $"{half.Count} half handshakes are open");
            if (await BeginAsync(server) is { } begun) half.Add(begun);
        }

        await client.SendAsync("""{"type":"heartbeat"}""");
        await client.WaitForAsync("pong");
        foreach (var one in half) one.Dispose();
        await Wait.UntilAsync(() => CanConnectAsync(server), "places should be given back");
    }

    [Fact]
    public async Task A_client_that_reads_nothing_is_closed_as_slow_by_tls_too()
    {
        await using var server = await StartAsync(("WS_SLOW_CLIENT_TIMEOUT", "500ms"), ("WS_SEND_QUEUE_BYTES", "1MB"), ("WS_ADMIN_ADDR", "127.0.0.1:0"));
        await using var deaf = await HandshakeAsync(server, SslProtocols.None);
        await deaf.WriteAsync(System.Text.Encoding.ASCII.GetBytes(RawClient.Upgrade.Replace("/ws", "/ws?channels=a", StringComparison.Ordinal) + "\r\n"));
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_subscriptions_current") == 1, "it should be subscribed");

        await Wait.UntilAsync(
            async () =>
            {
                await server.PublishAsync("a", $"\"{new string('x', 200_000)}\"");
                return await server.MetricAsync("ws_disconnects_total{reason=\"slow_client\"}") == 1;
            },
            "it should be closed as slow");
    }

    [Fact]
    public async Task A_certificate_that_was_renewed_is_shown_without_a_restart_and_a_broken_one_is_not()
    {
        var clock = new MovableClock();
        await using var server = await TestServer.StartAsync(SettingsContext.OfThisProcess(), clock, [("WS_TRANSPORT", "auto"), .. _certificate.Settings]);
        await using var old = await ConnectAsync(server);
        var first = _certificate.Serial;

        _certificate.Renew();
        Assert.Equal(first, await SerialAsync(server));
        clock.Pass(TimeSpan.FromSeconds(61));
        Assert.Equal(_certificate.Serial, await SerialAsync(server));

        await File.WriteAllTextAsync(_certificate.KeyPath, "broken");
        for (var look = 0; look < 3; look++)
        {
            clock.Pass(TimeSpan.FromSeconds(61));
            Assert.Equal(_certificate.Serial, await SerialAsync(server));
        }

        Assert.Single(server.Log, line => line.StartsWith("Error", StringComparison.Ordinal) && line.Contains("can't be used", StringComparison.Ordinal));
        Assert.Single(server.Log, line => line.Contains("A renewed certificate is in use", StringComparison.Ordinal));
        Assert.False(old.IsOver);
    }

    private Task<TestServer> StartAsync(params (string Name, string Value)[] variables) =>
        TestServer.StartAsync([("WS_TRANSPORT", "auto"), .. _certificate.Settings, .. variables]);

    private Task<TestClient> ConnectAsync(TestServer server, string query = "", string? token = null) =>
        TestClient.ConnectAsync(new Uri($"wss://localhost:{server.BaseAddress.Port}/ws{query}"), options =>
        {
            options.RemoteCertificateValidationCallback = _certificate.IsTrusted;
            if (token is not null) options.SetRequestHeader("Authorization", $"Bearer {token}");
        });

    private async Task<SslStream> HandshakeAsync(TestServer server, SslProtocols protocols, params SslApplicationProtocol[] offered)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", server.BaseAddress.Port);
        var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = protocols,
            ApplicationProtocols = [.. offered],
            RemoteCertificateValidationCallback = _certificate.IsTrusted,
        });
        return tls;
    }

    private async Task<string> SerialAsync(TestServer server)
    {
        await using var tls = await HandshakeAsync(server, SslProtocols.None);
        return ((X509Certificate2)tls.RemoteCertificate!).SerialNumber;
    }

    /// <summary>Opens, and sends a part of a handshake.</summary>
    /// <returns>Null when it was cut before.</returns>
    private static async Task<RawClient?> BeginAsync(TestServer server)
    {
        try
        {
            var client = await RawClient.OpenAsync(server);
            await client.SendAsync((byte[])[22, 3, 1, 2, 0, 1]);
            return client;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private async Task<bool> CanConnectAsync(TestServer server)
    {
        try
        {
            await using var client = await ConnectAsync(server);
            return true;
        }
        catch (WebSocketException)
        {
            return false;
        }
    }
}
