using System.Text;
using System.Text.Json;
using WsFanout.Hosting.Settings;

namespace WsFanout.Tests.Hosting.Settings;

public sealed class SecretsTests : IDisposable
{
    private const string Secret = "hunter2-very-secret";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("wsfanout-secrets-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData(Secret)]
    [InlineData(Secret + "\n")]
    [InlineData(Secret + "\r\n")]
    public void A_secret_by_file_arrives_without_the_line_break_at_its_end(string content)
    {
        var settings = Reading.Sound(Reading.Of(("WS_PUBLISH_TOKEN_FILE", FileWith(content))));

        Assert.Equal(Secret, settings.Publish.Token);
    }

    [Fact]
    public void Any_setting_can_come_by_file_and_its_content_is_never_shown()
    {
        var wrong = Reading.Of(("WS_MAX_CONNECTIONS_FILE", FileWith(Secret)));
        var right = Reading.Of(("WS_MAX_CONNECTIONS_FILE", FileWith("123\n")));

        Assert.StartsWith("WS_MAX_CONNECTIONS=\"***\": must be", Assert.Single(wrong.Errors), StringComparison.Ordinal);
        Assert.Equal(123, Reading.Sound(right).Governor.MaxConnections);
        Assert.Equal("***", Reading.Effective(right, "WS_MAX_CONNECTIONS").Value);
    }

    [Fact]
    public void A_file_that_is_missing_too_large_a_directory_or_given_beside_the_value_is_an_error()
    {
        var missing = Path.Combine(_directory.FullName, "missing");

        Assert.Equal($"NATS_TOKEN_FILE=\"{missing}\": the file cannot be read (FileNotFoundException)", Assert.Single(Reading.Of(("NATS_TOKEN_FILE", missing)).Errors));
        Assert.Contains("larger than 64KB", Assert.Single(Reading.Of(("NATS_TOKEN_FILE", FileWith(new string('x', 65_537)))).Errors), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Single(Reading.Of(("NATS_TOKEN_FILE", _directory.FullName)).Errors), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Single(Reading.Of(("NATS_TOKEN_FILE", "")).Errors), StringComparison.Ordinal);
        Assert.Equal("NATS_TOKEN_FILE: NATS_TOKEN is given too; give one of the two", Assert.Single(Reading.Of(("NATS_TOKEN_FILE", missing), ("NATS_TOKEN", "x")).Errors));
        Assert.Equal("NATS_TOKEN is empty: must be 1 to 4096 characters without control characters; leave it out for the default (–)", Assert.Single(Reading.Of(("NATS_TOKEN_FILE", FileWith("\n"))).Errors));
    }

    [Fact]
    public void Neither_banner_nor_config_shows_a_secret()
    {
        var result = Reading.Of(
            ("WS_PUBLISH_TOKEN", Secret), ("NATS_USER", "bob"), ("NATS_PASSWORD_FILE", FileWith(Secret)), ("NATS_URL", $"nats://{Secret}@h1,nats://bob:{Secret}@[::1]:4333"));

        var settings = Reading.Sound(result);
        var shown = string.Join('\n', [.. Banner.Lines(result, "1"), .. Banner.Warnings(result)]) + Config(result);
        Assert.Equal((Secret, Secret), (settings.Publish.Token, settings.Stream.Password));
        Assert.Equal($"bob:{Secret}", settings.Stream.Servers[1].UserInfo);
        Assert.DoesNotContain(Secret, shown, StringComparison.Ordinal);
        Assert.Contains("NATS_URL=nats://***@h1:4222,nats://***@[::1]:4333 (given)", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Config_names_value_origin_formula_and_meaning_of_every_setting()
    {
        var result = Reading.Of(("WS_MAX_CONNECTIONS", "100"));

        using var json = JsonDocument.Parse(Config(result));

        var settings = json.RootElement.GetProperty("settings").EnumerateArray().ToDictionary(setting => setting.GetProperty("name").GetString() ?? "");
        Assert.Equal(result.Effective.Count, settings.Count);
        Assert.Equal(("100", "given"), (settings["WS_MAX_CONNECTIONS"].GetProperty("value").GetString(), settings["WS_MAX_CONNECTIONS"].GetProperty("origin").GetString()));
        Assert.Equal("derived", settings["WS_WORKER_QUEUE_SIZE"].GetProperty("origin").GetString());
        Assert.Equal("max(32, 100 connections / 40) × 100", settings["WS_WORKER_QUEUE_SIZE"].GetProperty("formula").GetString());
        Assert.All(settings.Values, setting => Assert.NotEmpty(setting.GetProperty("meaning").GetString() ?? ""));
    }

    private static string Config(SettingsResult result)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            ConfigJson.Write(json, result);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private string FileWith(string content)
    {
        var path = Path.Combine(_directory.FullName, Path.GetRandomFileName());
        File.WriteAllText(path, content);
        return path;
    }
}
