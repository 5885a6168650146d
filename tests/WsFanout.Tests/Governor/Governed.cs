using Microsoft.Extensions.Logging.Abstractions;
using WsFanout.Governor;
using WsFanout.Telemetry;

namespace WsFanout.Tests.Governor;

/// <summary>A governor on a clock of the test's, and the account of what it did.</summary>
internal sealed class Governed : IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly WsFanout.Telemetry.Meters _meters = new();
    private readonly PrometheusExporter _exporter;
    private readonly List<(TimeSpan At, GovernorState State)> _changes = [];
    private TimeSpan _passed;

    public Governed(GovernorOptions? options = null, bool isPastStart = true)
    {
        Governor = new LoadGovernor(options ?? new GovernorOptions(), new GovernorMetrics(_meters), Clock, NullLogger<LoadGovernor>.Instance);
        _exporter = new PrometheusExporter(_meters);

        // Past the start, in which the CPU does not count.
        if (isPastStart) Clock.Advance(TimeSpan.FromSeconds(10));
    }

    public TestClock Clock { get; } = new();

    public LoadGovernor Governor { get; }

    /// <summary>When it changed into which state, from the start on.</summary>
    public IReadOnlyList<(TimeSpan At, GovernorState State)> Changes => _changes;

    /// <summary>Part of the clients that it asked to shed, all in all, and how often it asked for a collection.</summary>
    public (double Shed, int Collections) Orders { get; private set; }

    /// <summary>The series of the metrics that is on 1.</summary>
    public string StateOnMetrics => _exporter.Scrape().Split('\n').Single(line => line.StartsWith("ws_governor_state{", StringComparison.Ordinal) && line.EndsWith(" 1", StringComparison.Ordinal));

    public double Overloads => double.Parse(_exporter.Scrape().Split('\n').Single(line => line.StartsWith("ws_overloads_total ", StringComparison.Ordinal)).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>One interval passes, then a look at this reading.</summary>
    public GovernorState Look(double cpu = 0, double memory = 0, bool late = false, double headroom = double.PositiveInfinity, int clients = 100)
    {
        Clock.Advance(Interval);
        _passed += Interval;
        var before = Governor.State;
        var order = Governor.Look(new LoadReading(cpu, cpu, memory, late, headroom, clients));
        Orders = (Orders.Shed + order.ShedShare, Orders.Collections + (order.Collect ? 1 : 0));
        if (Governor.State != before) _changes.Add((_passed, Governor.State));
        return Governor.State;
    }

    /// <summary>The same reading at every look for a while.</summary>
    public GovernorState LookFor(TimeSpan time, double cpu = 0, double memory = 0, bool late = false, double headroom = double.PositiveInfinity)
    {
        for (var left = time; left > TimeSpan.Zero; left -= Interval) Look(cpu, memory, late, headroom);
        return Governor.State;
    }

    public void Dispose()
    {
        _exporter.Dispose();
        _meters.Dispose();
    }
}
