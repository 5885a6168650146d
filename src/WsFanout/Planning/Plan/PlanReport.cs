using WsFanout.Hosting.Settings;
using WsFanout.Planning.Calibration;
using WsFanout.Planning.Checks;
using WsFanout.Planning.Comparison;
using Contradictory = WsFanout.Planning.Checks.Contradictions;

namespace WsFanout.Planning.Plan;

/// <summary>A whole plan, worked out; <c>Output</c> writes it.</summary>
internal sealed record PlanReport
{
    public required PlanBasis Basis { get; init; }

    public required IReadOnlyList<LoadUse> Loads { get; init; }

    public required IReadOnlyList<Queueing> Queues { get; init; }

    public required ScaleOut ScaleOut { get; init; }

    public required Prices Prices { get; init; }

    public required IReadOnlyList<Check> Checks { get; init; }

    public required IReadOnlyList<string> Contradictions { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>The capacity plan's figures beside ours; empty when nobody asked.</summary>
    public required IReadOnlyList<PlanFigure> Figures { get; init; }

    /// <summary>Whether it holds: every check passes and nothing that was given contradicts itself.</summary>
    public bool Holds => Contradictions.Count == 0 && Checks.All(check => check.Passed);

    /// <param name="basis">Settings without errors.</param>
    /// <param name="context">For the figures of the capacity plan.</param>
    public static PlanReport Of(PlanBasis basis, SettingsContext context)
    {
        var loads = Utilisation.OfLoads(basis);
        return new PlanReport
        {
            Basis = basis,
            Loads = loads,
            Queues = [.. loads.Select(use => Queueing.Of(basis, use.Load)), Queueing.AtTarget(basis)],
            ScaleOut = ScaleOut.Of(basis),
            Prices = Prices.Of(basis),
            Checks = [.. OwnChecks.Of(basis), .. GuideChecks.Of(basis)],
            Contradictions = [.. Contradictory.Of(basis)],
            Warnings = [.. Contradictory.Warnings(basis), .. AboveTarget(basis, loads)],
            Figures = basis.Request.Compares ? PlanFigures.Of(basis.Request.UsesPlanCosts ? context : context with { Calibration = basis.Model.Calibration }) : [],
        };
    }

    private static IEnumerable<string> AboveTarget(PlanBasis basis, IReadOnlyList<LoadUse> loads)
    {
        foreach (var use in loads.Where(use => LoadModel.IsAbove(use.CpuPercent, basis.TargetUtilisation)))
        {
            yield return LoadModel.IsAbove(use.CpuPercent, 100)
                ? FormattableString.Invariant($"{use.Load.Name} load: the CPU would have to do {use.CpuPercent:0} %. What it can't do waits in the stream, more with every second, and is lost to clients, and announced to them, where the stream's limits end it.")
                : FormattableString.Invariant($"{use.Load.Name} load: the CPU stands at {use.CpuPercent:0} %, above the {basis.TargetUtilisation:0.##} % that is aimed at: delays grow as 1 / (1 − utilisation).");
        }
    }
}
