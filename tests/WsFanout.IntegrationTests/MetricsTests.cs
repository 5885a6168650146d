using System.Diagnostics;
using System.Text.RegularExpressions;
using WsFanout.Clients;
using WsFanout.Governor.Entry;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;
using WsFanout.Tests.Deploy;

namespace WsFanout.IntegrationTests;

/// <summary>The live scrape: its form by Prometheus's own tool, its names by the contract and the alert rules, its values by known traffic.</summary>
public sealed partial class MetricsTests
{
    [FactWith("promtool", "prometheus")]
    public async Task The_scrape_passes_promtool()
    {
        await using var server = await TestServer.StartAsync();
        var text = await server.Http.GetStringAsync(new Uri("metrics", UriKind.Relative));

        using var promtool = Process.Start(new ProcessStartInfo(FactWithAttribute.Find("promtool")!, ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardError = true })!;
        await promtool.StandardInput.WriteAsync(text);
        promtool.StandardInput.Close();
        var said = await promtool.StandardError.ReadToEndAsync();
        await promtool.WaitForExitAsync();

        // Its linter asks for base units in names that the contract has fixed (percent); anything else is a fault.
        var complaints = said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.Contains("percent", StringComparison.Ordinal));
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Every_active_name_of_the_contract_and_of_the_rules_is_on_it()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(nats);
        await using var client = await server.ConnectAsync("?channels=%3E");
        await client.WaitForAsync("subscription_ack");
        var text = await server.Http.GetStringAsync(new Uri("metrics", UriKind.Relative));

        var exported = text.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).ToHashSet();
        var wanted = RepositoryFiles.ReadLines("tests/WsFanout.Tests/Deploy/metric-names.txt");
        var ruled = AlertRule.Files.SelectMany(file => AlertRule.Parse(RepositoryFiles.ReadText(file))).SelectMany(rule => rule.MetricNames);

        // Of a certificate only who has one tells, and whether a target answers Prometheus knows by itself.
        Assert.All(wanted.Concat(ruled).Except(["ws_tls_certificate_expiry_seconds", AlertRule.Up]), name => Assert.Contains(name, exported));
    }

    [Theory]
    [InlineData("deploy/RUNBOOK.md")]
    [InlineData("docs/OPERATING.md")]
    public async Task Every_metric_that_a_document_for_operators_names_is_on_it(string document)
    {
        await using var server = await TestServer.StartAsync();
        var text = await server.Http.GetStringAsync(new Uri("metrics", UriKind.Relative));
        var named = MetricName().Matches(RepositoryFiles.ReadText(document)).Select(match => match.Groups["family"].Value).Distinct().ToList();

        Assert.NotEmpty(named);
        Assert.All(named.Except(["ws_tls_certificate_expiry_seconds"]), name => Assert.Contains($"# TYPE {name} ", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_reason_has_its_series_before_it_ever_happened()
    {
        await using var server = await TestServer.StartAsync();
        var text = await server.Http.GetStringAsync(new Uri("metrics", UriKind.Relative));

        Assert.All(CloseReason.All, reason => Assert.Contains($"ws_disconnects_total{{reason=\"{reason.Label}\"}} 0\n", text, StringComparison.Ordinal));
        Assert.All(Refusal.All, refusal => Assert.Contains($"ws_connections_rejected_total{{reason=\"{refusal.Word}\"}} 0\n", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Known_traffic_makes_known_values()
    {
        await using var server = await TestServer.StartAsync(("WS_MAX_CONNECTIONS", "2"), ("WS_MAX_GOROUTINES", "100"));
        await using var first = await server.ConnectAsync("?channels=a.b,*.b");
        await using var second = await server.ConnectAsync("?channels=a.b");
        await first.WaitForAsync("subscription_ack");
        await second.WaitForAsync("subscription_ack");
        for (var i = 0; i < 10; i++) await server.PublishAsync("a.b", "{}");
        await first.WaitForMessagesAsync(10);
        await second.WaitForMessagesAsync(10);
        using var refused = await server.Http.GetAsync(new Uri("ws", UriKind.Relative));

        await Wait.UntilAsync(async () => await server.MetricAsync("ws_messages_sent_total") == 20, "20 deliveries should be counted");
        Assert.Equal(2, await server.MetricAsync("ws_connections_current"));
        Assert.Equal(2, await server.MetricAsync("ws_connections_max"));
        Assert.Equal(2, await server.MetricAsync("ws_connections_total"));
        Assert.Equal(3, await server.MetricAsync("ws_subscriptions_current"));
        Assert.Equal(20, await server.MetricAsync("ws_delivery_seconds_count"));
        Assert.Equal(10, await server.MetricAsync("ws_nats_messages_received_total"));
        Assert.Equal(10, await server.MetricAsync("ws_publish_requests_total{protocol=\"http/1.1\",outcome=\"stored\"}"));
        Assert.Equal(20, await server.MetricAsync("ws_publish_bytes_total"));
        Assert.Equal(1, await server.MetricAsync("ws_connections_rejected_total{reason=\"upgrade_required\"}"));
    }

    // A histogram by its own name; what goes on with a bracket is a pattern.
    [GeneratedRegex(@"\b(?<family>ws_[a-z_]*?[a-z])(?:_bucket|_count|_sum)?(?![a-z_(])")]
    private static partial Regex MetricName();
}
