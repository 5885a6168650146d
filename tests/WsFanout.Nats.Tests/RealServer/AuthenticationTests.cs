using WsFanout.Testing;

namespace WsFanout.Nats.Tests.RealServer;

public class AuthenticationTests
{
    private const string Users = "authorization { users: [ { user: feed, password: \"s3cret-pass\" } ] }";

    public static TheoryData<string> Servers => [.. NatsServerProcess.Binaries];

    [Fact]
    public async Task The_right_password_opens_and_the_wrong_one_is_named_as_the_reason_without_being_shown()
    {
        await using var server = await NatsServerProcess.StartAsync(new() { Config = Users });
        var log = new LogLines();
        var options = NatsClient.Options(server.Url) with { Username = "feed", Password = "s3cret-pass" };
        await using var good = await NatsClient.OpenAsync(options, log);
        await using var bad = NatsClient.Start(options with { Password = "wr0ng-pass" }, log);

        await bad.FailsWithAsync("auth: Authorization Violation");

        Assert.Equal(NatsConnectionState.Connecting, bad.ConnectionState);
        Assert.DoesNotContain(log.Lines, line => line.Contains("-pass", StringComparison.Ordinal));
        Assert.DoesNotContain("-pass", options.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_that_is_corrected_on_the_server_lets_the_client_in_without_its_doing()
    {
        await using var server = await NatsServerProcess.StartAsync(new() { Config = Users });
        await using var connection = NatsClient.Start(NatsClient.Options(server.Url) with { Username = "feed", Password = "n3w-pass" });
        await connection.FailsWithAsync("auth: ");

        await server.RestartAsync(Users.Replace("s3cret-pass", "n3w-pass", StringComparison.Ordinal));

        await connection.IsOpenAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task A_password_that_is_changed_while_we_are_connected_is_told_slowly_retried_and_let_in_again(string binary)
    {
        await using var server = await NatsServerProcess.StartAsync(new() { Binary = binary, Config = Users });
        var log = new LogLines();
        await using var connection = await NatsClient.OpenAsync(NatsClient.Options(server.Url) with { Username = "feed", Password = "s3cret-pass" }, log);

        await server.ReloadAsync(Users.Replace("s3cret-pass", "n3w-pass", StringComparison.Ordinal));
        await connection.FailsWithAsync("auth: Authorization Violation");
        await Wait.UntilAsync(() => log.Lines.Count(line => line.Contains("Still no connection", StringComparison.Ordinal)) >= 2, "it is tried again and again");
        await server.ReloadAsync(Users);
        await connection.IsOpenAsync(generation: 2);

        Assert.Single(log.Lines, line => line.StartsWith("Warning: No connection", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains("-pass", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_and_user_information_in_the_address_are_used()
    {
        await using var tokenServer = await NatsServerProcess.StartAsync(new() { Config = "authorization { token: \"t0ken\" }", UserInfo = "t0ken" });
        await using var userServer = await NatsServerProcess.StartAsync(new() { Config = Users, UserInfo = "feed:s3cret-pass" });
        var bare = new UriBuilder(tokenServer.Url) { UserName = "", Password = "" }.Uri;

        await using var byOption = await NatsClient.OpenAsync(NatsClient.Options(bare) with { Token = "t0ken" });
        await using var byAddress = await NatsClient.OpenAsync(tokenServer.Url);
        await using var byUser = await NatsClient.OpenAsync(NatsClient.Options(userServer.Url) with { Token = "of another server" });

        Assert.All([byOption, byAddress, byUser], connection => Assert.Equal(1, connection.Generation));
    }

    [Fact]
    public async Task A_missing_permission_is_reported_to_the_request_that_needed_it()
    {
        const string Narrow = """
            authorization { users: [ { user: feed, password: pass, permissions: {
              publish: ["$JS.API.STREAM.INFO.S", "allowed.>"], subscribe: ["_INBOX_feed.>"] } } ] }
            """;
        await using var server = await NatsServerProcess.StartAsync(new() { Config = Narrow, UserInfo = "feed:pass" });
        await using var connection = await NatsClient.OpenAsync(NatsClient.Options(server.Url) with { InboxPrefix = "_INBOX_feed" });
        var js = new NatsJSContext(connection);

        var denied = await Assert.ThrowsAsync<NatsPermissionException>(() => js.DeleteStreamAsync("S"));
        var missing = await Assert.ThrowsAsync<NatsJSApiException>(() => js.GetStreamAsync("S"));
        using var sub = connection.Subscribe("forbidden", capacity: 1);
        await Assert.ThrowsAsync<NatsPermissionException>(() => sub.Msgs.Completion.WaitAsync(TimeSpan.FromSeconds(10)));

        Assert.Contains("$JS.API.STREAM.DELETE.S", denied.Message, StringComparison.Ordinal);
        Assert.Equal(10059, missing.ErrCode);
        Assert.Equal(1, connection.Generation);
    }
}
