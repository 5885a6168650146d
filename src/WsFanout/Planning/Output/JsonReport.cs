using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using WsFanout.Hosting.Settings;
using WsFanout.Planning.Calibration;
using WsFanout.Planning.Checks;
using WsFanout.Planning.Plan;

namespace WsFanout.Planning.Output;

/// <summary>The plan for programs. Its shape is a contract: docs/PLANNING.md. What has no end is null.</summary>
internal sealed class JsonReport(Utf8JsonWriter json)
{
    public const string Format = "wsfanout-plan/1";

    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(PlanReport report, string version) => Text(json => new JsonReport(json).Whole(report, version));

    /// <summary>What stands there instead of a plan when the settings can't be.</summary>
    public static string WriteErrors(SettingsResult result, string version) => Text(json =>
    {
        json.WriteStartObject();
        json.WriteString("format", Format);
        json.WriteString("version", version);
        new JsonReport(json).Sentences("errors", result.Errors);
        json.WriteEndObject();
    });

    private void Whole(PlanReport report, string version)
    {
        var basis = report.Basis;
        json.WriteStartObject();
        json.WriteString("format", Format);
        json.WriteString("version", version);
        json.WriteBoolean("holds", report.Holds);
        Machine(basis);
        Calibration(basis.Model);
        json.WriteStartObject("target");
        Load(basis.Target);
        json.WriteString("rate_formula", basis.RateFormula);
        Number("message_bytes", basis.MessageBytes);
        Number("frame_bytes", basis.FrameBytes);
        Number("wire_bytes_per_delivery", basis.WireBytesPerDelivery);
        Number("target_utilisation_percent", basis.TargetUtilisation);
        json.WriteEndObject();
        json.WritePropertyName("settings");
        ConfigJson.Write(json, basis.Given.Result);
        Array("limits", basis.Limits, Limit);
        json.WriteString("binds_first", basis.Binding.Key);
        Array("loads", report.Loads, Use);
        Array("queues", report.Queues, Queue);
        ScaleOut(report.ScaleOut);
        json.WriteStartObject("costs");
        Number("instance_per_month", report.Prices.InstancePerMonth);
        Number("per_thousand_clients_per_month", report.Prices.PerThousandClients);
        Number("per_million_deliveries", report.Prices.PerMillionDeliveries);
        json.WriteEndObject();
        Array("checks", report.Checks, OneCheck);
        Array("figures", report.Figures, Figure);
        Sentences("contradictions", report.Contradictions);
        Sentences("warnings", report.Warnings);
        json.WriteEndObject();
    }

    private void Machine(PlanBasis basis)
    {
        json.WriteStartObject("machine");
        Number("cores", basis.Given.Machine.Cores);
        Number("memory_bytes", basis.Given.Machine.PhysicalMemoryBytes);
        Number("descriptors", basis.Given.Machine.DescriptorLimit);
        Number("bandwidth_bytes_per_second", basis.Request.BandwidthBytesPerSecond);
        Number("cpu_limit_cores", basis.Governor.CpuLimitCores);
        Number("memory_limit_bytes", basis.Governor.MemoryLimitBytes);
        json.WriteEndObject();
    }

    private void Calibration(LoadModel model)
    {
        json.WriteStartObject("calibration");
        json.WriteString("name", model.Name);
        json.WriteString("origin", model.Calibration.Origin);
        Number("seconds_per_delivery", model.SecondsPerDelivery);
        Number("seconds_per_message", model.SecondsPerMessage);
        Number("seconds_per_handshake", model.SecondsPerHandshake);
        Number("seconds_per_refusal", model.SecondsPerRefusal);
        Number("idle_cores", model.IdleCores);
        Number("cores_per_idle_client", model.CoresPerClient(0));
        Number("bytes_per_client", model.BytesPerClient);
        Number("kernel_bytes_per_socket", model.KernelBytesPerSocket);
        Number("fixed_bytes", model.FixedBytes);
        json.WriteString("measured_by", model.Calibration.MeasuredBy);
        Sentences("taken_over", model.Calibration.TakenOver);
        json.WriteString("note", model.Calibration.Note);
        Knee(model.Calibration.Knee);
        json.WriteEndObject();
    }

    private void Knee(Knee? knee)
    {
        if (knee is null)
        {
            json.WriteNull("knee");
            return;
        }

        json.WriteStartObject("knee");
        Number("clients", knee.Clients);
        Number("messages_per_second", knee.MessagesPerSecond);
        Number("deliveries_per_second", knee.DeliveriesPerSecond);
        json.WriteString("bound_by", knee.BoundBy);
        Number("cpu_limit_cores", knee.CpuLimitCores);
        json.WriteEndObject();
    }

    private void Load(Load load)
    {
        json.WriteString("load", load.Name);
        Number("clients", load.Clients);
        Number("messages_per_client_second", load.RatePerClient);
        Number("messages_per_second", load.MessagesPerSecond);
        Number("deliveries_per_second", load.DeliveriesPerSecond);
    }

    private void Limit(ClientLimit limit)
    {
        json.WriteString("by", limit.Key);
        Number("clients", limit.Clients);
        json.WriteBoolean("binds", limit.Binds);
        json.WriteString("formula", limit.Formula);
    }

    private void Use(LoadUse use)
    {
        Load(use.Load);
        Number("cpu_cores", use.Cores);
        Number("cpu_percent", use.CpuPercent);
        Number("memory_bytes", use.MemoryBytes);
        Number("memory_percent", use.MemoryPercent);
        Number("kernel_bytes", use.KernelBytes);
        Number("tasks", use.Tasks);
        Number("tasks_percent", use.TasksPercent);
        Number("network_bytes_per_second", use.NetworkBytesPerSecond);
        Number("network_percent", use.NetworkPercent);
        json.WriteString("outcome", use.Outcome);
    }

    private void Queue(Queueing queue)
    {
        json.WriteString("load", queue.Name);
        Number("utilisation", queue.Utilisation);
        Number("service_seconds", queue.ServiceSeconds);
        Number("messages_there", queue.MessagesThere);
        Number("messages_waiting", queue.MessagesWaiting);
        Number("wait_seconds", queue.WaitSeconds);
        Number("through_seconds", queue.ThroughSeconds);
        Number("deliveries_under_way", queue.DeliveriesUnderWay);
        Number("publishes_in_flight", queue.PublishesInFlight);
    }

    private void ScaleOut(ScaleOut scale)
    {
        json.WriteStartObject("scale_out");
        Number("cpu_trigger_clients", scale.CpuClients);
        Number("connections_trigger_clients", scale.ConnectionClients);
        Number("reject_trigger_clients", scale.RejectClients);
        Number("clients_per_instance", scale.PerInstance);
        Array("crowd", scale.Crowds, row =>
        {
            Number("instances", row.Instances);
            Number("clients_each", row.ClientsEach);
            Number("cpu_percent", row.CpuPercent);
            Number("memory_percent", row.MemoryPercent);
            json.WriteString("outcome", row.Outcome);
            json.WriteBoolean("is_enough", row.IsEnough);
            Number("next_at_clients", row.NextAt);
            Number("cost_per_month", row.CostPerMonth);
        });
        json.WriteEndObject();
    }

    private void OneCheck(Check check)
    {
        json.WriteString("check", check.Key);
        json.WriteString("of", check.Source);
        json.WriteBoolean("passed", check.Passed);
        Number("left", check.Left);
        json.WriteString("relation", check.Relation == Relation.AtLeast ? ">=" : "<=");
        Number("right", check.Right);
        json.WriteString("unit", check.Unit);
        json.WriteString("rule", check.Rule);
        if (check.Theirs is not null) json.WriteString("theirs", check.Theirs);
    }

    private void Figure(Comparison.PlanFigure figure)
    {
        json.WriteString("figure", figure.Key);
        json.WriteString("name", figure.Name);
        Number("plan_says", figure.Says);
        json.WriteString("plan_formula", figure.ItsFormula);
        Number("by_plan_formula", figure.ByItsFormula);
        Number("by_plan_costs", figure.ByPlanCosts);
        Number("by_calibration", figure.ByCalibration);
        json.WriteString("why", figure.Why);
    }

    private void Array<T>(string name, IReadOnlyList<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Sentences(string name, IReadOnlyList<string> sentences)
    {
        json.WriteStartArray(name);
        foreach (var sentence in sentences) json.WriteStringValue(sentence);
        json.WriteEndArray();
    }

    private void Number(string name, double? number)
    {
        if (number is not { } value || !double.IsFinite(value)) json.WriteNull(name);
        else if (value == Math.Floor(value) && Math.Abs(value) < 1e15) json.WriteNumber(name, (long)value);
        else json.WriteNumber(name, value);
    }

    private static string Text(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Indented)) write(json);
        return Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }
}
