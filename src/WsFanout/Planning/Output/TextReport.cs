using System.Globalization;
using System.Text;
using WsFanout.Hosting.Settings;
using WsFanout.Planning.Calibration;
using WsFanout.Planning.Checks;
using WsFanout.Planning.Comparison;
using WsFanout.Planning.Plan;
using WsFanout.Tools;

namespace WsFanout.Planning.Output;

/// <summary>The plan for people: plain text.</summary>
internal sealed class TextReport
{
    private readonly PlanReport _report;
    private readonly PlanBasis _basis;
    private readonly StringBuilder _text = new();

    private readonly int _width;

    private TextReport(PlanReport report, int width)
    {
        _width = width;
        _report = report;
        _basis = report.Basis;
    }

    /// <param name="width">Columns; a table that needs more takes them.</param>
    public static string Write(PlanReport report, string version, int width = TextTable.UsualWidth)
    {
        var text = new TextReport(report, width);
        text.Head(version);
        text.SettingsInForce();
        text.Limits();
        text.Loads();
        text.Queues();
        text.ScaleOut();
        text.Money();
        text.Checks();
        text.Figures();
        if (report.Basis.Request.Explains) text.Explain();
        text.Sentences("Contradictions", report.Contradictions);
        text.Sentences("Warnings", report.Warnings);
        text.Verdict();
        return text._text.ToString();
    }

    private void Head(string version)
    {
        var machine = _basis.Given.Machine;
        var target = _basis.Target;
        _text.Append(CultureInfo.InvariantCulture, $"WsFanout {version}: capacity plan\n\n");
        Paragraph(Text($"{machine.Cores} cores, {machine.PhysicalMemoryBytes >> 20} MB, {_basis.Request.BandwidthBytesPerSecond * 8 / 1e6:0.##} Mbit/s. 100 % are {_basis.Governor.CpuLimitCores:0.###} cores and {_basis.Governor.MemoryLimitBytes >> 20} MB."), "Machine  ", "         ");
        Paragraph(Text($"{target.Clients} clients × {target.RatePerClient:0.###} messages/s ({_basis.RateFormula}) = {target.DeliveriesPerSecond:0} deliveries/s; {target.MessagesPerSecond:0.###} published/s of {_basis.MessageBytes} bytes."), "Load     ", "         ");
        var costs = _basis.Model;
        Paragraph($"{Capital(costs.Name)}, {costs.Calibration.Origin}: {LoadModel.Time(costs.SecondsPerDelivery)} a delivery, {LoadModel.Time(costs.SecondsPerMessage)} a message, {LoadModel.Time(costs.SecondsPerHandshake)} a handshake, {LoadModel.Size(costs.BytesPerClient)} a client ({LoadModel.Size(costs.KernelBytesPerSocket)} the kernel's).",
            "Costs    ", "         ");
        var calibration = costs.Calibration;
        if (calibration.TakenOver.Count > 0)
        {
            Paragraph($"Not measured, but taken over or assumed: {string.Join(", ", calibration.TakenOver)} ({calibration.TakenOver.Count} of {CostField.All.Count}).", "         ", "         ");
        }

        if (_basis.Request.Explains && calibration.Note is { } note) Paragraph(OneLine.Of(note), "         ", "         ");
        if (calibration.Knee is { } knee)
        {
            Paragraph(Text($"{knee.Clients:0} clients at {knee.MessagesPerSecond:0.###} messages/s, {knee.DeliveriesPerSecond:0} deliveries/s, was the last load that the load test passed, on {knee.CpuLimitCores:0.###} cores; {knee.BoundBy} ended it."), "Knee     ", "         ");
        }

        if (_basis.Request.Profile is { } profile) Paragraph($"{profile.Name}: {profile.Purpose}", "Profile  ", "         ");
    }

    private void SettingsInForce()
    {
        Title("Settings, given and derived");
        var table = Table("setting", ">value", "from");
        var settings = _basis.Given.Result.Effective;
        foreach (var setting in settings.Where(setting => setting.Origin != SettingOrigin.Default || setting.Formula is not null))
        {
            var formula = setting.Formula is null ? "" : $": {setting.Formula}";
            table.Add(setting.Name, setting.Value, ConfigJson.Word(setting.Origin) + formula);
        }

        table.Write(_text);
        var defaults = settings.Where(setting => setting is { Origin: SettingOrigin.Default, Formula: null, Value.Length: > 0 });
        Paragraph($"By default: {string.Join(' ', defaults.Select(setting => $"{setting.Name}={setting.Value}"))}");
    }

    private void Limits()
    {
        Title(Text($"How many clients fit, {_basis.RatePerClient:0.###} messages/s each"));
        var binding = _basis.Binding;
        var table = Table("by", ">clients", "formula");
        foreach (var limit in _basis.Limits.OrderBy(limit => limit.Clients))
        {
            table.Add(limit == binding ? $"{limit.Name} *" : limit.Name, Text($"{limit.Clients}"), limit.Formula);
        }

        table.Write(_text);
        _text.Append(CultureInfo.InvariantCulture, $"* binds first: {binding.Name}, at {binding.Clients} clients\n");
    }

    private void Loads()
    {
        Title("Utilisation");
        var table = Table("load", ">clients", ">msg/s", ">CPU", ">memory", ">kernel", ">units", ">network", "the server");
        foreach (var use in _report.Loads)
        {
            table.Add(
                use.Load.Name, Text($"{use.Load.Clients}"), Text($"{use.Load.RatePerClient:0.##}"), Text($"{use.Cores:0.00}, {use.CpuPercent:0} %"),
                Text($"{use.MemoryBytes / (1 << 20):0} MB, {use.MemoryPercent:0} %"), Text($"{use.KernelBytes / (1 << 20):0} MB"), Text($"{use.Tasks}, {use.TasksPercent:0} %"),
                Text($"{use.NetworkPercent:0.#} %"), use.Outcome);
        }

        table.Write(_text);
        Paragraph("CPU in cores; memory with the kernel's part of it, which stands beside it; percent of WS_CPU_LIMIT, WS_MEMORY_LIMIT, WS_MAX_GOROUTINES and the bandwidth.");
    }

    private void Queues()
    {
        Title("Queues: M/M/1 with the cores as one server, and Little's law");
        var table = Table("load", ">busy", ">service", ">there", ">waiting", ">waits", ">until sent", ">under way", ">publishes");
        foreach (var queue in _report.Queues)
        {
            table.Add(
                queue.Name, double.IsFinite(queue.Utilisation) ? Text($"{queue.Utilisation * 100:0.#} %") : "no end", double.IsFinite(queue.ServiceSeconds) ? LoadModel.Time(queue.ServiceSeconds) : "no end", Number(queue.MessagesThere), Number(queue.MessagesWaiting),
                queue.WaitSeconds is { } wait ? LoadModel.Time(wait) : "no end", queue.ThroughSeconds is { } through ? LoadModel.Time(through) : "no end", Number(queue.DeliveriesUnderWay), Number(queue.PublishesInFlight));
        }

        table.Write(_text);
        Paragraph(Text($"The server is what idle work and idle clients leave of the cores. busy, ρ: messages a second × service, one message to all who get it; ρ / (1 − ρ) messages are there, ρ² / (1 − ρ) of them wait; under way: deliveries a second × time until sent; publishes: in flight at {_basis.Request.PublishTime.TotalMilliseconds:0.##} ms each; aimed at: the target's messages with as many clients as that takes."));
    }

    private void ScaleOut()
    {
        Title("When to add an instance");
        var scale = _report.ScaleOut;
        var table = Table("trigger", ">at clients", "rule")
            .Add("1  CPU", Text($"{scale.CpuClients}"), Text($"above {Plan.ScaleOut.CpuTriggerPercent:0} % of {_basis.Governor.CpuLimitCores:0.###} cores for 5 minutes"))
            .Add("2  connections", Text($"{scale.ConnectionClients}"), Text($"above {Plan.ScaleOut.ConnectionTriggerPercent:0} % of WS_MAX_CONNECTIONS={_basis.Governor.MaxConnections}"))
            .Add("3  newcomers refused", scale.RejectClients is { } reject ? Text($"{reject}") : "off", Text($"WS_CPU_REJECT_THRESHOLD={_basis.Governor.CpuRejectPercent:0.##} reached again and again: at once"));
        table.Write(_text);
        if (_basis.Request.Crowd is not { } crowd) return;

        _text.Append(CultureInfo.InvariantCulture, $"\n{crowd} clients, {scale.PerInstance} an instance at most{(scale.PerInstance == 0 ? ": see the contradictions." : ":")}\n");
        var crowds = Table(">instances", ">clients each", ">CPU", ">memory", ">next one due at", ">a month", "the servers");
        foreach (var row in scale.Crowds)
        {
            crowds.Add(
                Text($"{row.Instances}"), Text($"{row.ClientsEach}"), Text($"{row.CpuPercent:0} %"), Text($"{row.MemoryPercent:0} %"), Text($"{row.NextAt}"), Text($"{row.CostPerMonth:0.00}"),
                row.IsEnough ? $"{row.Outcome}: enough" : row.Outcome);
        }

        crowds.Write(_text);
    }

    private void Money()
    {
        Title("Costs");
        var prices = _report.Prices;
        Paragraph(Text($"{prices.InstancePerMonth:0.00} an instance and month: {Number(prices.PerThousandClients)} per 1,000 clients a month, {Price(prices.PerMillionDeliveries)} per million deliveries."));
    }

    private void Checks()
    {
        Title("Checks");
        var table = Table("", ">left", "", ">right", "unit", "of", "rule");
        foreach (var check in _report.Checks)
        {
            var theirs = check.Theirs is { } words && _basis.Request.Explains ? $" [{words}]" : "";
            table.Add(
                check.Passed ? "pass" : "FAIL", Number(check.Left), check.Relation == Relation.AtLeast ? "≥" : "≤", Number(check.Right), check.Unit, check.Source, check.Rule + theirs);
        }

        table.Write(_text);
    }

    private void Figures()
    {
        if (_report.Figures.Count == 0) return;

        Title("The capacity plan's figures: 2 cores, 2,048 MB, 10,000 clients, 256 workers");
        var table = Table("figure", ">says", ">formula", ">its costs", ">ours", "why they differ");
        foreach (var figure in _report.Figures)
        {
            table.Add(figure.Name, Number(figure.Says), Number(figure.ByItsFormula), Number(figure.ByPlanCosts), Number(figure.ByCalibration), figure.Why);
        }

        table.Write(_text);
        Paragraph("says: the plan's text; formula: its own formula worked out; its costs: this server's code with the plan's unit costs; ours: the same with the costs in use.");
    }

    private void Explain()
    {
        Title("The guides' parameters and ours");
        var table = Table("theirs", "ours, and why");
        foreach (var parameter in Parameters.All) table.Add(parameter.Theirs, $"{(parameter.Ours.Length == 0 ? "none" : parameter.Ours)}: {parameter.Why}");
        table.Write(_text);
        if (_basis.Request.Profile is not { } profile) return;

        Title($"Profile {profile.Name}");
        var lines = Table("setting", "from");
        foreach (var line in profile.Lines) lines.Add($"{line.Setting.Name}={line.Value}", line.From);
        lines.Write(_text);
    }

    private void Sentences(string title, IReadOnlyList<string> sentences)
    {
        if (sentences.Count == 0) return;

        Title(title);
        foreach (var sentence in sentences) Paragraph(sentence, "- ", "  ");
    }

    private void Verdict()
    {
        var failed = _report.Checks.Count(check => !check.Passed);
        _text.Append('\n');
        Paragraph(Text($"{(_report.Holds ? "The plan holds" : "The plan does not hold")}: {_report.Checks.Count - failed} checks pass, {failed} fail, {_report.Contradictions.Count} contradictions, {_report.Warnings.Count} warnings."));
    }

    private TextTable Table(params string[] heads) => new(heads) { Width = _width };

    private void Paragraph(string sentence, string first = "", string indent = "") => TextTable.Paragraph(_text, _width, sentence, first, indent);

    private void Title(string title) => _text.Append(CultureInfo.InvariantCulture, $"\n{title}\n\n");

    private static string Number(double? number) => number switch
    {
        null => "no end",
        { } infinite when !double.IsFinite(infinite) => "–",
        { } large when Math.Abs(large) >= 100 => Text($"{large:0}"),
        { } value => Text($"{value:0.##}"),
    };

    private static string Price(double price) => double.IsFinite(price) ? Text($"{price:0.######}") : "–";

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
