using Microsoft.Extensions.Logging.Abstractions;

namespace WsFanout.Nats.Tests;

public class NatsConnectionTests
{
    [Theory]
    [InlineData("ws://user:secret@host", "ws:// is not supported")]
    [InlineData("wss://host", "wss:// is not supported")]
    public void What_this_client_does_not_speak_is_named_when_it_is_asked_for(string server, string reason)
    {
        var failure = Assert.Throws<NotSupportedException>(() => Connection(new() { Servers = [new(server)] }));

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://user:secret@host")]
    [InlineData("file:///etc/passwd")]
    [InlineData("nats:host")]
    [InlineData("host:4222")]
    public void What_is_no_address_of_a_server_is_refused(string server)
    {
        var failure = Assert.Throws<ArgumentException>(() => Connection(new() { Servers = [new(server)] }));

        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Impossible_options_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Connection(new() { Servers = [] }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Connection(new() { ConnectTimeout = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Connection(new() { TlsTimeout = TimeSpan.Zero }));
        Assert.Throws<ArgumentException>(() => Connection(new() { TlsOpts = new() { CertFile = "a certificate without a key" } }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Connection(new() { ReconnectWaitMin = TimeSpan.FromSeconds(9) }));
    }

    [Fact]
    public async Task A_connection_that_was_never_started_is_closed_and_says_so()
    {
        await using var connection = Connection(new());

        var failure = await Assert.ThrowsAsync<NatsNotConnectedException>(async () => await connection.PublishAsync("a", default));

        Assert.Equal(NatsConnectionState.Closed, connection.ConnectionState);
        Assert.Contains("not started", failure.Message, StringComparison.Ordinal);
    }

    private static NatsConnection Connection(NatsOpts options) => new(options, TimeProvider.System, NullLogger<NatsConnection>.Instance);
}
