namespace WsFanout.Planning.Comparison;

/// <summary>One figure of the capacity plan beside ours.</summary>
/// <param name="Key">Of the JSON.</param>
/// <param name="Name">For people.</param>
/// <param name="Says">What stands in the plan.</param>
/// <param name="ItsFormula">The plan's own formula with its own numbers.</param>
/// <param name="ByItsFormula">That formula worked out.</param>
/// <param name="ByPlanCosts">What this server's code comes to with the plan's unit costs.</param>
/// <param name="ByCalibration">What it comes to with the costs in use.</param>
/// <param name="Why">Where two of them differ: why. Empty: they don't.</param>
internal sealed record PlanFigure(string Key, string Name, double Says, string ItsFormula, double ByItsFormula, double ByPlanCosts, double ByCalibration, string Why);
