using System.Text.Json;
using WsFanout.Hosting.Settings;
using WsFanout.Intake;
using WsFanout.Nats;
using WsFanout.Planning.SystemCheck;
using WsFanout.Planning.SystemCheck.Broker;

namespace WsFanout.Tests.Planning.SystemCheck.Broker;

public sealed class StreamFindingsTests
{
    private static readonly ServerSettings Settings = new() { Stream = new StreamOptions(), Publish = new PublishOptions() };

    /// <summary>As this server would have made it.</summary>
    private static readonly StreamConfig Config = new()
    {
        Name = "ODIN_TOKENS",
        Subjects = ["odin.token.>"],
        MaxAge = TimeSpan.FromSeconds(30),
        MaxMsgs = 100_000,
        MaxBytes = 52_428_800,
        AllowDirect = true,
    };

    [Fact]
    public void A_stream_as_this_server_makes_it_is_ok_in_every_point() => Assert.All(Of(Config), finding => Assert.Equal(Verdict.Ok, finding.Verdict));

    [Theory]
    [InlineData(StreamConfigRetention.Interest)]
    [InlineData(StreamConfigRetention.Workqueue)]
    public void Another_retention_is_an_error(StreamConfigRetention retention)
    {
        var finding = One("retention", Config with { Retention = retention });

        Assert.Equal((Verdict.Error, "limits", retention.ToString().ToLowerInvariant()), (finding.Verdict, finding.Needed, finding.Found));
    }

    [Fact]
    public void What_the_server_warns_about_at_start_is_a_warning_here_in_the_same_words()
    {
        var config = Config with { MaxAge = TimeSpan.FromSeconds(5), AllowDirect = false };

        var said = Of(config).Where(finding => finding.Verdict == Verdict.Warning).Select(finding => finding.Detail).ToList();

        Assert.All(StreamConcerns.Of(config, Settings.Stream), concern => Assert.Contains($"{concern}.", said));
        Assert.All(StreamDifferences.Of(config, Settings.Stream), difference => Assert.Contains($"{difference}. It is served as it is.", said));
        Assert.Equal(3, said.Count);
    }

    [Theory]
    [InlineData(99_000, 10, nameof(Verdict.Warning))]
    [InlineData(99_000, 30, nameof(Verdict.Ok))]
    [InlineData(50_000, 10, nameof(Verdict.Ok))]
    public void A_full_stream_that_reaches_less_far_back_than_is_promised_is_a_warning(long messages, int seconds, string verdict)
    {
        var state = new StreamState { Messages = messages, FirstTs = "2026-01-01T10:00:00Z", LastTs = $"2026-01-01T10:00:{seconds:00}Z" };

        Assert.Equal(verdict, One("stream_window", Config, state).Verdict.ToString());
    }

    [Fact]
    public void A_full_stream_whose_times_are_not_told_is_unknown() =>
        Assert.Equal(Verdict.Unknown, One("stream_window", Config, new StreamState { Messages = 1, Bytes = 52_428_000, FirstTs = "0001-01-01T00:00:00Z" }).Verdict);

    [Theory]
    [InlineData("no_ack", "waits in vain")]
    [InlineData("sealed", "sealed")]
    public void A_stream_that_takes_no_publishes_is_a_warning(string field, string words)
    {
        var config = Config with { Rest = new Dictionary<string, JsonElement> { [field] = JsonDocument.Parse("true").RootElement } };

        Assert.Contains(words, One("stream_publish", config).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Bounds_below_those_of_publishers_are_warnings()
    {
        var findings = Of(Config with { MaxMsgSize = 1000, Discard = StreamConfigDiscard.New }).Where(finding => finding.Name == "stream_publish").ToList();

        Assert.Equal(2, findings.Count);
        Assert.All(findings, finding => Assert.Equal(Verdict.Warning, finding.Verdict));
    }

    [Theory]
    [InlineData("2.9.10", nameof(Verdict.Ok))]
    [InlineData("2.10.27", nameof(Verdict.Ok))]
    [InlineData("2.12.0-preview.1", nameof(Verdict.Ok))]
    [InlineData("2.9.9", nameof(Verdict.Warning))]
    [InlineData("2.8.4", nameof(Verdict.Warning))]
    [InlineData("", nameof(Verdict.Unknown))]
    [InlineData("latest", nameof(Verdict.Unknown))]
    [InlineData(null, nameof(Verdict.Unknown))]
    public void Brokers_older_than_any_that_was_tried_are_warned_about(string? version, string verdict) => Assert.Equal(verdict, BrokerVersion.Judge(version).Verdict.ToString());

    [Theory]
    [InlineData(0.5, nameof(Verdict.Ok), "500 ms ahead, give or take 100 ms")]
    [InlineData(-0.5, nameof(Verdict.Ok), "500 ms behind, give or take 100 ms")]
    [InlineData(1.05, nameof(Verdict.Ok), "1050 ms ahead")]
    [InlineData(1.2, nameof(Verdict.Warning), "1200 ms ahead")]
    [InlineData(-3600, nameof(Verdict.Warning), "3600000 ms behind")]
    public void Clocks_that_surely_differ_by_more_than_a_second_are_a_warning(double seconds, string verdict, string found)
    {
        var asked = new DateTimeOffset(2026, 1, 1, 10, 0, 0, TimeSpan.Zero);
        var created = (asked + TimeSpan.FromMilliseconds(100) + TimeSpan.FromSeconds(seconds)).ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);

        var finding = ClockSkew.Judge(created, asked, TimeSpan.FromMilliseconds(200));

        Assert.Equal(verdict, finding.Verdict.ToString());
        Assert.Contains(found, finding.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    public void A_broker_that_tells_no_time_has_an_unknown_clock(string created) => Assert.Equal(Verdict.Unknown, ClockSkew.Judge(created, default, default).Verdict);

    private static List<Finding> Of(StreamConfig config, StreamState? state = null) => [.. StreamFindings.Of(new StreamInfo { Config = config, State = state ?? new StreamState() }, Settings)];

    private static Finding One(string name, StreamConfig config, StreamState? state = null) => Assert.Single(Of(config, state), finding => finding.Name == name);
}
