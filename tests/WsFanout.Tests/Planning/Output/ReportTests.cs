using System.Text.Json;
using WsFanout.Planning.Calibration;
using WsFanout.Planning.Output;
using WsFanout.Planning.Plan;
using WsFanout.Planning.Profiles;

namespace WsFanout.Tests.Planning.Output;

public sealed class ReportTests
{
    private const int Width = 100;

    private static readonly PlanRequest Everything = new()
    {
        Clients = 10_000,
        Users = UserMix.Parse("casual:70,active:25,trader:5", out _),
        MessagesPerSecond = 30,
        Crowd = 1_000_000,
        Compares = true,
        Explains = true,
        Profile = AllProfiles.LowLatency,
    };

    [Fact]
    public void The_table_fits_100_columns()
    {
        var lines = TextReport.Write(Plans.Of(Everything), "1.2.3").Split('\n');

        Assert.All(lines, line => Assert.True(line.Length <= Width || !line.Trim().Contains(' ', StringComparison.Ordinal), $"{line.Length} columns: {line}"));
        Assert.All(lines, line => Assert.Equal(line.TrimEnd(), line));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(160)]
    public void Sentences_are_as_wide_as_the_terminal(int width)
    {
        var lines = TextReport.Write(Plans.Of(Everything), "1.2.3", width).Split('\n');
        var sentences = lines.SkipWhile(line => line != "Warnings").ToList();

        Assert.InRange(sentences.Max(line => line.Length), width - 20, width);
    }

    [Fact]
    public void What_was_not_measured_is_said_in_the_table_and_in_the_JSON()
    {
        var calibration = TestCalibration.Round with { TakenOver = ["secondsPerDelivery", "fixedBytes"], Note = "a note\nof two lines", Knee = new Knee(6750, 20, 13_500, "cpu", 0.5) };
        var report = Plans.With(calibration, Plans.TenThousand with { Explains = true });

        var text = TextReport.Write(report, "1.2.3");
        using var json = JsonDocument.Parse(JsonReport.Write(report, "1.2.3"));

        Assert.Contains("Not measured, but taken over or assumed: secondsPerDelivery, fixedBytes (2 of 11).", text, StringComparison.Ordinal);
        Assert.Contains("a note of two lines", text, StringComparison.Ordinal);
        Assert.Contains("Knee     6750 clients at 20 messages/s, 13500 deliveries/s", text, StringComparison.Ordinal);
        var costs = json.RootElement.GetProperty("calibration");
        Assert.Equal(["secondsPerDelivery", "fixedBytes"], costs.GetProperty("taken_over").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(("a note\nof two lines", "nobody", "cpu"), (costs.GetProperty("note").GetString(), costs.GetProperty("measured_by").GetString(), costs.GetProperty("knee").GetProperty("bound_by").GetString()));
    }

    [Fact]
    public void The_table_says_what_binds_first_what_differs_and_whether_the_plan_holds()
    {
        var text = TextReport.Write(Plans.With(CalibrationFile.OfThePlan, Plans.TenThousand with { Compares = true }), "1.2.3");

        Assert.Contains("* binds first: CPU, newcomers refused, at 6750 clients", text, StringComparison.Ordinal);
        Assert.Contains("- WS_CPU_REJECT_THRESHOLD=75 is reached at 6750 clients", text, StringComparison.Ordinal);
        Assert.Contains("FAIL", text, StringComparison.Ordinal);
        Assert.Contains("24331", text, StringComparison.Ordinal);
        Assert.Contains("The plan does not hold: ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_keys_of_the_JSON_are_the_documents()
    {
        using var json = JsonDocument.Parse(JsonReport.Write(Plans.Of(Everything), "1.2.3"));

        Assert.Equal(
            ["format", "version", "holds", "machine", "calibration", "target", "settings", "limits", "binds_first", "loads", "queues", "scale_out", "costs", "checks", "figures", "contradictions", "warnings"],
            Keys(json.RootElement));
        Assert.Equal("wsfanout-plan/1", json.RootElement.GetProperty("format").GetString());
        Assert.Equal(["by", "clients", "binds", "formula"], Keys(json.RootElement.GetProperty("limits")[0]));
        Assert.Equal(
            ["load", "clients", "messages_per_client_second", "messages_per_second", "deliveries_per_second", "cpu_cores", "cpu_percent", "memory_bytes", "memory_percent", "kernel_bytes", "tasks", "tasks_percent", "network_bytes_per_second", "network_percent", "outcome"],
            Keys(json.RootElement.GetProperty("loads")[0]));
        Assert.Equal(["check", "of", "passed", "left", "relation", "right", "unit", "rule"], Keys(json.RootElement.GetProperty("checks")[0]));
        Assert.Equal(["instances", "clients_each", "cpu_percent", "memory_percent", "outcome", "is_enough", "next_at_clients", "cost_per_month"], Keys(json.RootElement.GetProperty("scale_out").GetProperty("crowd")[0]));
        Assert.Equal(10_000, json.RootElement.GetProperty("target").GetProperty("clients").GetInt64());
    }

    [Fact]
    public void A_queue_without_end_is_null()
    {
        using var json = JsonDocument.Parse(JsonReport.Write(Plans.With(CalibrationFile.OfThePlan, Plans.TenThousand), "1.2.3"));

        var target = json.RootElement.GetProperty("queues").EnumerateArray().Single(queue => queue.GetProperty("load").GetString() == "target");
        Assert.Equal(JsonValueKind.Null, target.GetProperty("wait_seconds").ValueKind);
    }

    [Theory]
    [InlineData(1, 0.01)]
    [InlineData(1_000_000, 1_000)]
    public void A_load_of_any_size_can_be_written(int clients, double rate)
    {
        var request = new PlanRequest { Clients = clients, ClientRate = rate, Descriptors = 1L << 30, MemoryBytes = 1L << 40 };

        using var json = JsonDocument.Parse(JsonReport.Write(Plans.Of(request), "1.2.3"));
        var text = TextReport.Write(Plans.Of(request), "1.2.3");

        Assert.Equal(clients, json.RootElement.GetProperty("target").GetProperty("clients").GetInt64());
        Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Infinity", text, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Keys(JsonElement element) => element.EnumerateObject().Select(property => property.Name);
}
