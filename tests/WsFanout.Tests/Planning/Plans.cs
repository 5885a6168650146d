using WsFanout.Hosting.Settings;
using WsFanout.Planning.Calibration;
using WsFanout.Planning.Plan;
using WsFanout.Tests.Hosting.Settings;

namespace WsFanout.Tests.Planning;

/// <summary>Plans for the machine of the settings' tests: 2 cores, 2 GB, no container.</summary>
internal static class Plans
{
    /// <summary>The capacity plan's capacity: 10,000 clients at 2 messages/s.</summary>
    public static PlanRequest TenThousand { get; } = new() { Clients = 10_000, ClientRate = 2 };

    public static PlanReport Of(PlanRequest request, params (string Name, string Value)[] variables) => With(TestCalibration.Round, request, variables);

    public static PlanReport With(CalibrationFile calibration, PlanRequest request, params (string Name, string Value)[] variables)
    {
        var context = Context(calibration);
        var settings = PlanSettings.Read(request, variables.ToDictionary(variable => variable.Name, variable => variable.Value), context);
        Assert.Equal([], settings.Result.Errors);
        return PlanReport.Of(new PlanBasis(request, settings), context);
    }

    public static SettingsContext Context(CalibrationFile calibration) =>
        Reading.Context(Reading.E2Small, Path.Combine(AppContext.BaseDirectory, "no-such-directory")) with { Calibration = calibration };

    public static long Limit(this PlanReport report, string key) => report.Basis.Limits.Single(limit => limit.Key == key).Clients;

    public static LoadUse Use(this PlanReport report, string load) => report.Loads.Single(use => use.Load.Name == load);

    public static WsFanout.Planning.Checks.Check Check(this PlanReport report, string key) => report.Checks.Single(check => check.Key == key);
}
