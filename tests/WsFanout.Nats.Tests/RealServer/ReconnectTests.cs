using System.Text;
using WsFanout.Testing;

namespace WsFanout.Nats.Tests.RealServer;

public class ReconnectTests
{
    public static TheoryData<string> Servers => [.. NatsServerProcess.Binaries];

    [Theory, MemberData(nameof(Servers))]
    public async Task A_killed_server_is_found_again_when_it_is_back_with_what_it_stored(string binary)
    {
        await using var server = await NatsServerProcess.StartAsync(new() { Binary = binary });
        await using var connection = await NatsClient.OpenAsync(server.Url);
        var js = new NatsJSContext(connection);
        var created = await js.CreateStreamAsync(new() { Name = "S", Subjects = ["s.>"] });
        await js.PublishAsync("s.1", "one"u8.ToArray());
        using var sub = connection.Subscribe("other", capacity: 1);

        await server.KillAsync();
        await Assert.ThrowsAsync<NatsNotConnectedException>(() => sub.Msgs.Completion.WaitAsync(TimeSpan.FromSeconds(10)));
        await connection.FailsWithAsync($"connect refused 127.0.0.1:{server.Port}");
        await Assert.ThrowsAsync<NatsNotConnectedException>(() => js.GetStreamAsync("S"));
        Assert.Throws<NatsNotConnectedException>(() => connection.Subscribe("other", capacity: 1));
        await server.RestartAsync();
        await connection.IsOpenAsync(generation: 2);

        Assert.Null(connection.LastError);
        Assert.Equal((created.Created, 1L), await js.GetStreamAsync("S") is var found ? (found.Created, found.State.Messages) : default);
    }

    [Fact]
    public async Task A_dead_first_server_does_not_keep_the_client_from_the_second()
    {
        await using var dead = await NatsServerProcess.StartAsync();
        await using var alive = await NatsServerProcess.StartAsync();
        await dead.KillAsync();
        var patient = NatsClient.Options(dead.Url, alive.Url) with { ReconnectWaitMin = TimeSpan.FromMinutes(1), ReconnectWaitMax = TimeSpan.FromMinutes(1) };

        await using var connection = await NatsClient.OpenAsync(patient);

        Assert.Equal((1L, 0L), (connection.Generation, connection.ReconnectCount));
    }

    [Fact]
    public async Task A_frozen_server_is_noticed_by_its_silence_and_used_again_when_it_thaws()
    {
        await using var server = await NatsServerProcess.StartAsync();
        var log = new LogLines();
        var options = NatsClient.Options(server.Url) with { PingInterval = TimeSpan.FromMilliseconds(100), ConnectTimeout = TimeSpan.FromMilliseconds(500) };
        await using var connection = await NatsClient.OpenAsync(options, log);

        server.Stop();
        await connection.FailsWithAsync("no answer within 0.5 s");
        server.Continue();
        await connection.IsOpenAsync(generation: 2);

        Assert.Contains(log.Lines, line => line.Contains("stale: 2 PINGs unanswered", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_on_a_frozen_server_times_out()
    {
        await using var server = await NatsServerProcess.StartAsync();
        await using var connection = await NatsClient.OpenAsync(server.Url);

        server.Stop();

        await Assert.ThrowsAsync<NatsTimeoutException>(async () => await connection.RequestAsync("$JS.API.INFO", default, timeout: TimeSpan.FromMilliseconds(200)));
    }

    [Fact]
    public async Task Disposing_sends_what_was_published_and_ends_everything()
    {
        await using var server = await NatsServerProcess.StartAsync();
        await using var reader = await NatsClient.OpenAsync(server.Url);
        using var sub = reader.Subscribe("news.*", capacity: 1000);
        (await reader.RequestAsync("$JS.API.INFO", default)).Dispose();
        var writer = await NatsClient.OpenAsync(NatsClient.Options(server.Url), time: new EndlessPatience());
        using var own = writer.Subscribe("own", capacity: 1);

        for (var n = 0; n < 500; n++)
        {
            await writer.PublishAsync($"news.{n}", Encoding.ASCII.GetBytes($"{n}"));
        }

        await writer.DisposeAsync();
        await writer.DisposeAsync();

        for (var n = 0; n < 500; n++)
        {
            using var message = await sub.NextAsync();
            Assert.Equal($"news.{n}", Encoding.ASCII.GetString(message.Subject));
        }

        Assert.Equal((NatsConnectionState.Closed, "closed"), (writer.ConnectionState, writer.LastError));
        await Assert.ThrowsAsync<NatsNotConnectedException>(() => own.Msgs.Completion);
        await Assert.ThrowsAsync<NatsNotConnectedException>(() => writer.WaitUntilOpenAsync(default));
        await Assert.ThrowsAsync<NatsNotConnectedException>(async () => await writer.PublishAsync("news.x", default));
        Assert.Throws<ObjectDisposedException>(writer.Start);
    }
}
