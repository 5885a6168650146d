using WsFanout.Planning.Calibration;
using WsFanout.Planning.Comparison;

namespace WsFanout.Tests.Planning.Comparison;

/// <summary>The capacity plan's derived figures for 2 cores and 2,048 MB, and why ours differ where they do.</summary>
public sealed class PlanFiguresTests
{
    private static readonly IReadOnlyList<PlanFigure> Figures = PlanFigures.Of(Plans.Context(TestCalibration.Round));

    // Figure, what the plan says, what its formula comes to, what our code comes to with its costs; NaN: looked at below.
    [Theory]
    [InlineData("cpu_limit", 1.8, 1.8, 1.8)]
    [InlineData("memory_limit", 1792, 1792, 1792)]
    [InlineData("cpu_clients", 9_000, 9_000, 9_000)]
    [InlineData("cpu_clients_light", 36_000, 36_000, 36_000)]
    [InlineData("memory_clients", 17_920, 17_920, 17_920)]
    [InlineData("reject_clients", 6_750, 6_750, 6_750)]
    [InlineData("tasks", 24_331, 24_332, 24_332)]
    [InlineData("queue", 25_600, 25_600, 25_000)]
    [InlineData("workers", 256, 250, 2)]
    [InlineData("tasks_target", 20_276, 20_276, 20_022)]
    [InlineData("cpu_light", 28, 27.78, 27.78)]
    [InlineData("cpu_target", 111, 111.11, 111.11)]
    [InlineData("cpu_peak", 222, 222.22, 222.22)]
    [InlineData("memory_target", 56, 55.8, 55.8)]
    [InlineData("network_clients", 156_250, 156_250, double.NaN)]
    [InlineData("network_target", 6.4, 6.4, double.NaN)]
    [InlineData("trigger_connections", 8_000, 8_000, 8_000)]
    [InlineData("trigger_cpu", 5_400, 5_400, 5_400)]
    [InlineData("transactions", 1.25, 0.42, 0.42)]
    public void A_figure_is_reproduced_by_its_formula_and_by_our_code_with_its_costs(string key, double says, double byFormula, double byCode)
    {
        var figure = Figures.Single(one => one.Key == key);

        Assert.Equal((says, byFormula), (figure.Says, Math.Round(figure.ByItsFormula, 2)));
        if (!double.IsNaN(byCode)) Assert.Equal(byCode, Math.Round(figure.ByPlanCosts, 2));
    }

    [Fact]
    public void The_network_differs_by_what_is_around_the_payload_and_nothing_else()
    {
        var clients = Figures.Single(one => one.Key == "network_clients");
        var wire = Plans.Of(Plans.TenThousand).Basis.WireBytesPerDelivery;

        Assert.Equal(Math.Floor(125e6 / (2 * wire)), clients.ByPlanCosts);
        Assert.Equal(clients.ByPlanCosts, clients.ByCalibration);
    }

    [Fact]
    public void Every_difference_is_explained_and_nothing_else_is() => Assert.All(Figures, figure =>
    {
        double[] values = [figure.Says, figure.ByItsFormula, figure.ByPlanCosts, figure.ByCalibration];
        var differs = values.Max() - values.Min() > 0.01 * values.Max() || (figure.Key == "tasks");

        Assert.True(differs == figure.Why.Length > 0, $"{figure.Key}: {string.Join(", ", values)}: \"{figure.Why}\"");
        Assert.NotEmpty(figure.ItsFormula);
    });

    [Fact]
    public void A_reason_follows_from_the_costs_in_use()
    {
        var dear = PlanFigures.Of(Plans.Context(TestCalibration.Round with { Costs = TestCalibration.Round.Costs with { FixedBytes = 1L << 30, IdleCores = 1.7 } }));

        Assert.Equal((3_333, "a delivery costs 15 µs here and 100 µs by the plan; cores that are busy with nobody there: 1.7 here and nothing by the plan"), Of(dear, "cpu_clients"));
        Assert.Equal("a client takes 48KB here and 102.4KB by the plan; the server alone 1024MB here and nothing by the plan", Of(dear, "memory_clients").Why);
    }

    [Fact]
    public void The_plans_own_costs_differ_in_nothing()
    {
        var same = PlanFigures.Of(Plans.Context(CalibrationFile.OfThePlan));

        Assert.All((string[])["cpu_clients", "reject_clients", "cpu_target", "trigger_cpu", "memory_clients", "memory_target"], key => Assert.Equal("", Of(same, key).Why));
    }

    private static (double Ours, string Why) Of(IReadOnlyList<PlanFigure> figures, string key) => figures.Where(figure => figure.Key == key).Select(figure => (figure.ByCalibration, figure.Why)).Single();

    [Fact]
    public void The_last_column_follows_the_calibration_in_use()
    {
        Assert.Equal(60_000, Figures.Single(one => one.Key == "cpu_clients").ByCalibration);
        Assert.Equal(9_000, PlanFigures.Of(Plans.Context(CalibrationFile.OfThePlan)).Single(one => one.Key == "cpu_clients").ByCalibration);
    }

    [Fact]
    public void Beside_a_plan_by_its_costs_stand_still_ours()
    {
        var figures = Plans.Of(Plans.TenThousand with { UsesPlanCosts = true, Compares = true }).Figures;

        Assert.Equal(60_000, figures.Single(one => one.Key == "cpu_clients").ByCalibration);
    }

    [Fact]
    public void Every_parameter_is_translated_or_says_why_not() => Assert.All(Parameters.All, parameter =>
    {
        Assert.NotEmpty(parameter.Why);
        foreach (var name in parameter.Ours.Split(", ", StringSplitOptions.RemoveEmptyEntries).Where(name => !name.StartsWith("--", StringComparison.Ordinal)))
        {
            Assert.Contains(name, WsFanout.Hosting.Settings.Catalogue.AllSettings.ByName.Keys);
        }
    });
}
