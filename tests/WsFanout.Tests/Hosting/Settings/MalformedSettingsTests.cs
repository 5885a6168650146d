using WsFanout.Hosting.Settings;
using WsFanout.Hosting.Settings.Catalogue;

namespace WsFanout.Tests.Hosting.Settings;

/// <summary>Every variable of the catalogue, given wrongly in every way that its kind knows.</summary>
public sealed class MalformedSettingsTests
{
    private const string Secret = "hunter2-very-secret";

    // Where any text on one line is legal, there is no wrong word.
    private static readonly HashSet<string> FreeText =
    [
        "NATS_TOKEN", "NATS_USER", "NATS_PASSWORD", "WS_AUTH_JWT_SECRET", "WS_AUTH_JWT_ISSUER", "WS_AUTH_JWT_AUDIENCE",
    ];

    public static TheoryData<string> Names => [.. AllSettings.InOrder.Select(setting => setting.Name)];

    public static TheoryData<string> Quantities =>
    [
        .. AllSettings.InOrder.Where(setting => setting is Setting<long> or Setting<double> or Setting<TimeSpan>).Select(setting => setting.Name),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_empty_value_is_an_error_unless_empty_has_a_meaning(string name)
    {
        var setting = AllSettings.ByName[name];

        var errors = Reading.Of((name, "")).Errors.Where(error => error.StartsWith(name + " is empty", StringComparison.Ordinal)).ToList();

        Assert.Equal(setting.TakesEmpty ? 0 : 1, errors.Count);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_word_that_means_nothing_is_an_error_with_range_and_default(string name)
    {
        var setting = AllSettings.ByName[name];

        var result = Reading.Of((name, "banana split"));

        var problems = result.Errors.Where(error => error.Contains("must be", StringComparison.Ordinal)).ToList();
        if (FreeText.Contains(name))
        {
            Assert.Empty(problems);
            return;
        }

        var error = Assert.Single(problems);
        Assert.StartsWith($"{name}=\"{(setting.IsSecret ? "***" : "banana split")}\": ", error, StringComparison.Ordinal);
        Assert.EndsWith($"must be {setting.Expected} (default {setting.DefaultText})", error, StringComparison.Ordinal);
        Assert.Null(result.Settings);
    }

    [Theory]
    [MemberData(nameof(Quantities))]
    public void Quantities_outside_their_range_or_grammar_are_errors(string name)
    {
        foreach (var value in (string[])["-1", "-1s", "+5", "1e3", "0x10", "NaN", "1,5", "٣", "1 s", "1h1h", "s", "KB", "1TB", "99999999999999999999", "999999999999GB", "999999999h", "9999999999s", "1.5.5", "--"])
        {
            var error = Assert.Single(Reading.Of((name, value)).Errors, error => error.StartsWith(name, StringComparison.Ordinal));
            Assert.StartsWith($"{name}=\"{value}\": must be ", error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_huge_value_is_an_error_of_readable_length(string name)
    {
        var huge = new string('9', 1 << 20);

        var result = Reading.Of((name, huge));

        Assert.NotEmpty(result.Errors);
        Assert.All(result.Errors, error => Assert.True(error.Length < 600, $"{error.Length} characters"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Control_characters_never_reach_a_message(string name)
    {
        var result = Reading.Of((name, "a\nb\u001b[31m\0"));

        Assert.NotEmpty(result.Errors);
        Assert.All(result.Errors, error => Assert.DoesNotContain(error, char.IsControl));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_default_written_out_is_read_as_the_default(string name)
    {
        var setting = AllSettings.ByName[name];
        if (setting.WrittenDefault.Length == 0)
        {
            return;
        }

        var result = Reading.Of((name, setting.WrittenDefault));

        Assert.DoesNotContain(result.Errors, error => error.Contains("must be", StringComparison.Ordinal));
    }

    [Fact]
    public void All_problems_are_reported_at_once_each_once()
    {
        var result = Reading.Of(
            ("WS_MAX_CONNECTIONS", "many"), ("WS_SEND_QUEUE_BYTES", "12"), ("WS_PING_INTERVAL", "30"), ("NATS_URL", "http://x"),
            ("WS_CPU_REJECT_THRESHOLD", "101"), ("JS_STREAM_STORAGE", "tape"), ("WS_MAX_CONECTIONS", "1"));

        Assert.Equal(
            [
                "WS_MAX_CONNECTIONS=\"many\": must be a whole number from 1 to 1000000, or 0 (derived from CPU, memory and descriptors) (default 0)",
                "WS_CPU_REJECT_THRESHOLD=\"101\": must be a number from 1 to 100 (default 75)",
                "NATS_URL=\"http://x\": entry 1 has another scheme than nats or tls; must be nats://[user:password@]host[:port] or tls://…, several by comma (default empty)",
                "JS_STREAM_STORAGE=\"tape\": must be file or memory (default file)",
                "WS_PING_INTERVAL=\"30\": must be a duration like 250ms, 30s, 1m30s or 1h, from 100ms to 1h (default 30s)",
                "WS_SEND_QUEUE_BYTES=\"12\": must be bytes, KB, MB or GB from 4KB to 1GB (default 128KB)",
                "WS_MAX_CONECTIONS: is no setting of this server; did you mean WS_MAX_CONNECTIONS?",
            ],
            result.Errors);
        Assert.Null(result.Settings);
        Assert.Equal(78, SettingsResult.ExitCode);
    }

    [Theory]
    [InlineData("nats://bob:hunter2-very-secret@h1:0")]
    [InlineData("nats://hunter2-very-secret@h1:99999,nats://h2")]
    [InlineData("nats://bob:hunter2-very-secret#x@h1")]
    [InlineData("nats://bob:hunter2-very-secret,x@h1")]
    [InlineData("bob:hunter2-very-secret@h1")]
    [InlineData("nats://bob:hunter2-very-secret@h1/path")]
    [InlineData("nats://a:hunter2-very-secret@h1,tls://b:hunter2-very-secret@h2:0")]
    public void A_server_that_is_refused_is_shown_without_its_user_information(string url)
    {
        var error = Assert.Single(Reading.Of(("NATS_URL", url)).Errors);

        Assert.DoesNotContain(Secret, error, StringComparison.Ordinal);
        Assert.StartsWith("NATS_URL=\"***@h", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_that_is_refused_is_never_shown()
    {
        var result = Reading.Of(
            ("WS_PUBLISH_TOKEN", Secret + " "), ("NATS_TOKEN", Secret + "\n"), ("NATS_PASSWORD", Secret + "\r"), ("WS_AUTH_JWT_SECRET", Secret),
            ("WS_PUBLISH_TOKN", Secret));

        Assert.True(result.Errors.Count >= 5);
        Assert.All(result.Errors, error => Assert.DoesNotContain(Secret, error, StringComparison.Ordinal));
    }
}
