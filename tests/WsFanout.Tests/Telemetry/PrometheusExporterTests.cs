using WsFanout.Telemetry;

namespace WsFanout.Tests.Telemetry;

public sealed class PrometheusExporterTests
{
    [Fact]
    public void A_counter_has_every_label_of_its_set_at_zero_and_then_adds_up()
    {
        using var meters = new Meters();
        var counter = meters.CreateCounter("things_total", "1", "Things.", "kind", ["a", "b"]);
        using var exporter = new PrometheusExporter(meters);

        counter.Add(2, new KeyValuePair<string, object?>("kind", "b"));
        counter.Add(3, new KeyValuePair<string, object?>("kind", "b"));

        Assert.Equal("# HELP ws_things_total Things.\n# TYPE ws_things_total counter\nws_things_total{kind=\"a\"} 0\nws_things_total{kind=\"b\"} 5\n", exporter.Scrape());
        Assert.Equal(exporter.Scrape(), exporter.Scrape());
    }

    [Fact]
    public void Help_and_labels_are_escaped()
    {
        using var meters = new Meters();
        meters.Server.CreateObservableGauge("g", () => new System.Diagnostics.Metrics.Measurement<int>(1, new KeyValuePair<string, object?>("l", "a\"b\\c\nd")), null, "one\\two\nthree");
        using var exporter = new PrometheusExporter(meters);

        Assert.Equal("# HELP ws_g one\\\\two\\nthree\n# TYPE ws_g gauge\nws_g{l=\"a\\\"b\\\\c\\nd\"} 1\n", exporter.Scrape());
    }

    [Fact]
    public void A_worker_s_histogram_is_summed_over_workers_and_cumulative()
    {
        using var meters = new Meters();
        var histogram = meters.CreateWorkerHistogram("h_seconds", "H.", [0.1, 1], workers: 2);
        using var exporter = new PrometheusExporter(meters);

        histogram.For(0).Record(0.1);
        histogram.For(1).Record(0.5, times: 3);
        histogram.For(1).Record(9);

        Assert.Equal(
            "# HELP ws_h_seconds H.\n# TYPE ws_h_seconds histogram\nws_h_seconds_bucket{le=\"0.1\"} 1\nws_h_seconds_bucket{le=\"1\"} 4\n"
            + "ws_h_seconds_bucket{le=\"+Inf\"} 5\nws_h_seconds_sum 10.6\nws_h_seconds_count 5\n",
            exporter.Scrape());
    }

    [Fact]
    public void Histograms_of_one_name_are_one_family_and_any_thread_may_fill_them()
    {
        const int threads = 4;
        const int values = 10_000;
        using var meters = new Meters();
        var fast = meters.CreateSharedHistogram("stage_seconds", "S.", new KeyValuePair<string, object?>("stage", "fast"));
        var slow = meters.CreateSharedHistogram("stage_seconds", "S.", new KeyValuePair<string, object?>("stage", "slow"));
        using var exporter = new PrometheusExporter(meters);

        Parallel.For(0, threads, _ =>
        {
            for (var i = 0; i < values; i++) fast.Record(0.0002);
        });
        slow.Record(60);

        var text = exporter.Scrape();
        Assert.Single(text.Split('\n'), line => line == "# TYPE ws_stage_seconds histogram");
        Assert.Contains("ws_stage_seconds_bucket{stage=\"fast\",le=\"0.0001\"} 0\nws_stage_seconds_bucket{stage=\"fast\",le=\"0.00025\"} 40000\n", text, StringComparison.Ordinal);
        Assert.Contains("ws_stage_seconds_sum{stage=\"fast\"} 8\nws_stage_seconds_count{stage=\"fast\"} 40000\n", text, StringComparison.Ordinal);
        Assert.Contains("ws_stage_seconds_bucket{stage=\"slow\",le=\"10\"} 0\nws_stage_seconds_bucket{stage=\"slow\",le=\"+Inf\"} 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_servers_in_one_process_do_not_add_up()
    {
        using var first = new Meters();
        using var second = new Meters();
        var counter = first.Server.CreateCounter<long>("n_total");
        second.Server.CreateCounter<long>("n_total");
        using var firstExporter = new PrometheusExporter(first);
        using var secondExporter = new PrometheusExporter(second);

        counter.Add(7);

        Assert.Contains("ws_n_total 7\n", firstExporter.Scrape(), StringComparison.Ordinal);
        Assert.Contains("ws_n_total 0\n", secondExporter.Scrape(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(9007199254740991, "9007199254740991")]
    [InlineData(1234567890123456, "1234567890123456")]
    [InlineData(1795224000.125, "1795224000.125")]
    [InlineData(0.1, "0.1")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    public void A_value_is_written_to_its_last_digit(double value, string text)
    {
        using var meters = new Meters();
        meters.Server.CreateObservableGauge("g", () => value);
        using var exporter = new PrometheusExporter(meters);

        Assert.EndsWith($"\nws_g {text}\n", exporter.Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_known_has_no_series_until_it_is()
    {
        using var meters = new Meters();
        var value = 1d;
        meters.Server.CreateObservableGauge("g", () => value);
        using var exporter = new PrometheusExporter(meters);

        Assert.Contains("\nws_g 1\n", exporter.Scrape(), StringComparison.Ordinal);
        value = double.NaN;
        Assert.DoesNotContain("\nws_g ", exporter.Scrape(), StringComparison.Ordinal);
        value = 2;
        Assert.Contains("\nws_g 2\n", exporter.Scrape(), StringComparison.Ordinal);
    }
}
