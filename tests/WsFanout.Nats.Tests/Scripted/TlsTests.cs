using System.Text.Json;
using WsFanout.Testing;

namespace WsFanout.Nats.Tests.Scripted;

public class TlsTests
{
    private const string Required = "INFO {\"server_id\":\"A\",\"headers\":true,\"max_payload\":1048576,\"tls_required\":true} \r\n";
    private const string Available = "INFO {\"server_id\":\"A\",\"headers\":true,\"max_payload\":1048576,\"tls_available\":true} \r\n";

    [Theory]
    [InlineData("tls", Required)]
    [InlineData("tls", Available)]
    [InlineData("nats", Required)]
    public async Task Credentials_are_said_only_once_the_connection_is_encrypted(string scheme, string info)
    {
        using var authority = new TestAuthority();
        var pair = authority.Issue(["127.0.0.1"]);
        var connect = new TaskCompletionSource<string>();
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.SendAsync(info);
            await peer.EncryptAsync(pair);
            connect.SetResult(await peer.AcceptGreetedAsync());
            var request = await peer.ReadRequestAsync();
            await peer.SendByteByByteAsync($"MSG {request.ReplyTo} 1 2\r\nok\r\n");
            await peer.StayAsync();
        });
        var options = NatsClient.Options(Over(scheme, server)) with { TlsOpts = new() { CaFile = authority.CaFile } };
        await using var connection = await NatsClient.OpenAsync(options);

        using var answer = await connection.RequestAsync("question", default);

        Assert.True(answer.Payload.SequenceEqual("ok"u8));
        using var json = JsonDocument.Parse((await connect.Task)["CONNECT ".Length..]);
        Assert.True(json.RootElement.GetProperty("tls_required").GetBoolean());
    }

    [Fact]
    public async Task A_server_that_only_offers_tls_is_spoken_to_in_the_clear_by_who_did_not_ask_for_it()
    {
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync(Available);
            await peer.StayAsync();
        });

        await using var connection = await NatsClient.OpenAsync(server.Url);

        Assert.True(connection.ServerInfo?.TlsAvailable);
    }

    [Theory]
    [InlineData("tls", false)]
    [InlineData("nats", true)]
    public async Task Nothing_is_said_in_the_clear_to_a_server_that_offers_no_tls_to_who_wants_it(string scheme, bool withAuthority)
    {
        using var authority = new TestAuthority();
        var said = new TaskCompletionSource<string?>();
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.SendAsync(Protocol.Transcripts.Info);
            said.TrySetResult(await peer.TryReadLineAsync());
        });
        var options = NatsClient.Options(Over(scheme, server)) with { Password = "s3cret", Username = "feed" };
        await using var connection = NatsClient.Start(withAuthority ? options with { TlsOpts = new() { CaFile = authority.CaFile } } : options);

        await connection.FailsWithAsync($"tls: 127.0.0.1:{server.Url.Port} offers none");

        Assert.Null(await said.Task);
    }

    [Fact]
    public async Task What_was_put_behind_the_greeting_on_the_way_is_not_taken_for_the_server_s_word()
    {
        using var authority = new TestAuthority();
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.SendAsync(Required + "PING\r\n");
            await peer.StayAsync();
        });

        await using var connection = NatsClient.Start(NatsClient.Options(server.Url) with { TlsOpts = new() { CaFile = authority.CaFile } });

        await connection.FailsWithAsync("says more in the clear after its greeting");
    }

    [Fact]
    public async Task A_handshake_that_does_not_come_to_an_end_is_given_up()
    {
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.SendAsync(Required);
            await peer.StayAsync();
        });

        await using var connection = NatsClient.Start(NatsClient.Options(server.Url) with { TlsTimeout = TimeSpan.FromMilliseconds(150) });

        await connection.FailsWithAsync($"tls: no handshake within 0.15 s with 127.0.0.1:{server.Url.Port}");
        await Wait.UntilAsync(() => server.Connections >= 2, "it is tried again");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u0015\u0003\u0003\u0000\u0002\u0002\u0028")]
    [InlineData("no tls at all\r\n")]
    public async Task A_handshake_that_breaks_off_is_named_and_tried_again(string instead)
    {
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.SendAsync(Required);
            await peer.SendAfterClientAsync(instead);
        });
        var log = new LogLines();

        await using var connection = NatsClient.Start(NatsClient.Options(server.Url), log);

        await connection.FailsWithAsync($"tls: 127.0.0.1:{server.Url.Port}: ");
        await Wait.UntilAsync(() => server.Connections >= 3, "it is tried again and again");
        Assert.All(log.Lines, line => Assert.DoesNotContain('\n', line));
    }

    [Fact]
    public async Task A_name_told_in_the_clear_is_tried_where_an_authority_of_one_s_own_vouches_for_names()
    {
        using var authority = new TestAuthority();
        var pair = authority.Issue(["127.0.0.1"]);
        await using var told = ScriptedServer.Start(peer => peer.StayAsync());
        await using var first = ScriptedServer.Start(async peer =>
        {
            await peer.SendAsync($"INFO {{\"tls_required\":true,\"headers\":true,\"connect_urls\":[\"localhost:{told.Url.Port}\"]}} \r\n");
            await peer.EncryptAsync(pair);
            await peer.AcceptGreetedAsync();
        });

        var options = NatsClient.Options(first.Url) with { TlsOpts = new() { CaFile = authority.CaFile } };
        await using var connection = NatsClient.Start(options);

        await Wait.UntilAsync(() => told.Connections >= 1, "the name is tried");
    }

    [Theory]
    [InlineData("missing.pem", "missing.pem: ")]
    [InlineData("empty.pem", "empty.pem: holds no certificate")]
    public async Task A_file_that_cannot_be_used_is_named_and_looked_at_again(string file, string reason)
    {
        using var authority = new TestAuthority();
        var pair = authority.Issue(["127.0.0.1"]);
        authority.Write("empty.pem", "nothing");
        var path = Path.Combine(Path.GetDirectoryName(authority.CaFile)!, file);
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.SendAsync(Required);
            await peer.EncryptAsync(pair);
            await peer.AcceptGreetedAsync();
            await peer.StayAsync();
        });
        await using var connection = NatsClient.Start(NatsClient.Options(server.Url) with { TlsOpts = new() { CaFile = path } });
        await connection.FailsWithAsync(reason);

        File.Copy(authority.CaFile, path, overwrite: true);

        await connection.IsOpenAsync();
    }

    private static Uri Over(string scheme, ScriptedServer server) => new UriBuilder(server.Url) { Scheme = scheme }.Uri;
}
