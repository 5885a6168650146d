using System.Text.RegularExpressions;
using WsFanout.IntegrationTests.Support;
using WsFanout.Planning.SystemCheck;
using WsFanout.Testing;
using WsFanout.Tests.Deploy;

namespace WsFanout.IntegrationTests;

/// <summary><c>wsfanout check</c> against brokers that know users and rights: each that is missing is named, with what it is for.</summary>
public sealed class CheckPermissionTests
{
    private const string Secret = "s3cret-of-this-test";

    [Theory]
    [InlineData("$JS.API.CONSUMER.CREATE.ODIN_TOKENS.>", "right_consumer_create", nameof(Verdict.Error))]
    [InlineData("$JS.API.CONSUMER.MSG.NEXT.ODIN_TOKENS.>", "right_consumer_pull", nameof(Verdict.Error))]
    [InlineData("$JS.API.CONSUMER.DELETE.ODIN_TOKENS.>", "right_consumer_delete", nameof(Verdict.Warning))]
    [InlineData("$JS.API.STREAM.CREATE.ODIN_TOKENS", "right_stream_create", nameof(Verdict.Warning))]
    [InlineData("$JS.API.STREAM.INFO.ODIN_TOKENS", "stream", nameof(Verdict.Error))]
    [InlineData("odin.token.>", "right_publish", nameof(Verdict.Warning))]
    public async Task A_right_that_is_missing_is_named_with_its_subject(string right, string name, string verdict)
    {
        await using var nats = await NatsWithUsersAsync(right);

        var check = await BrokerCheck.RunAsync(("NATS_URL", $"nats://127.0.0.1:{nats.Port}"), ("NATS_USER", "wsfanout"), ("NATS_PASSWORD", Secret));

        check.Is(name, Enum.Parse<Verdict>(verdict));
        Assert.Contains(right.TrimEnd('>'), check.One(name).Detail, StringComparison.Ordinal);
        Assert.NotEmpty(check.One(name).Cure);
        Assert.DoesNotContain(Secret, check.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_shipped_permissions_are_enough_but_for_the_account_s_limits_which_only_the_check_asks_for()
    {
        await using var nats = await NatsWithUsersAsync();
        await using var admin = await Broker.ConnectAsync(new Uri($"nats://admin:{Secret}@127.0.0.1:{nats.Port}"));

        var check = await BrokerCheck.RunAsync(("NATS_URL", $"nats://127.0.0.1:{nats.Port}"), ("NATS_USER", "wsfanout"), ("NATS_PASSWORD", Secret));

        check.IsOkBut("account");
        check.Is("account", Verdict.Unknown);
        Assert.Empty(await admin.ConsumersAsync());
    }

    [Fact]
    public async Task One_way_to_look_at_messages_is_enough_and_none_is_an_error()
    {
        const string byLeader = "$JS.API.STREAM.MSG.GET.ODIN_TOKENS", direct = "$JS.API.DIRECT.GET.ODIN_TOKENS";
        foreach (var (without, verdict) in new[] { (new[] { byLeader }, Verdict.Ok), ([direct], Verdict.Ok), ([byLeader, direct], Verdict.Error) })
        {
            await using var nats = await NatsWithUsersAsync(without);

            var check = await BrokerCheck.RunAsync(("NATS_URL", $"nats://127.0.0.1:{nats.Port}"), ("NATS_USER", "wsfanout"), ("NATS_PASSWORD", Secret));

            check.Is("right_message_get", verdict);
        }
    }

    [Fact]
    public async Task Without_an_inbox_no_answer_arrives_and_the_cure_is_to_subscribe()
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Config = Shipped().Replace("[\"_INBOX.>\"]", "[\"elsewhere\"]", StringComparison.Ordinal) });

        var check = await BrokerCheck.RunAsync(("NATS_URL", $"nats://127.0.0.1:{nats.Port}"), ("NATS_USER", "wsfanout"), ("NATS_PASSWORD", Secret));

        check.Is("stream", Verdict.Error);
        Assert.Contains("_INBOX", check.One("stream").Detail, StringComparison.Ordinal);
        Assert.StartsWith("subscribe:", Assert.Single(check.One("stream").Cure), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_an_error_that_says_so_and_not_which()
    {
        await using var nats = await NatsWithUsersAsync();

        var check = await BrokerCheck.RunAsync(("NATS_URL", $"nats://127.0.0.1:{nats.Port}"), ("NATS_USER", "wsfanout"), ("NATS_PASSWORD", "wr0ng-" + Secret));

        check.Is("server", Verdict.Error);
        Assert.StartsWith("auth: Authorization Violation", check.One("server").Found, StringComparison.Ordinal);
        Assert.Contains("NATS_PASSWORD", Assert.Single(check.One("server").Cure), StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng", check.Text, StringComparison.Ordinal);
    }

    /// <summary>A broker with the shipped user, some of its rights taken out, and the stream there already.</summary>
    private static async Task<NatsServerProcess> NatsWithUsersAsync(params string[] without)
    {
        var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Config = Shipped(without) });
        await using var admin = await Broker.ConnectAsync(new Uri($"nats://admin:{Secret}@127.0.0.1:{nats.Port}"));
        await admin.Js.CreateStreamAsync(CheckTests.Stream);
        return nats;
    }

    private static string Shipped(params ReadOnlySpan<string> rights)
    {
        var shipped = RepositoryFiles.ReadText("deploy/nats/permissions.conf");
        foreach (var without in rights)
        {
            Assert.Contains($"\"{without}\"", shipped, StringComparison.Ordinal);
            shipped = Regex.Replace(shipped, $"\"{Regex.Escape(without)}\"", "");
        }

        shipped = shipped.Replace("users = [", $"users = [\n    {{ user: admin, password: \"{Secret}\" }}", StringComparison.Ordinal);
        return $"WSFANOUT_NATS_PASSWORD: {Secret}\n{shipped}";
    }
}
