using System.CommandLine;
using WsFanout.Hosting.Settings;
using WsFanout.Planning.Output;
using WsFanout.Tools;

namespace WsFanout.Planning.Plan;

/// <summary><c>wsfanout plan</c>: what a machine carries, by the server's own formulas, and whether a configuration holds.</summary>
internal static class PlanCommand
{
    /// <summary>A check fails, or what was given contradicts itself.</summary>
    public const int DoesNotHold = ExitCode.Failed;

    /// <param name="read">The environment and everything else that settings depend on; null: those of this process.</param>
    public static Command Build(Func<(IReadOnlyDictionary<string, string> Environment, SettingsContext Context)>? read = null)
    {
        var options = new PlanArguments();
        var command = new Command("plan", "Work out what this machine, or another, carries: every limit with its formula, what binds first, checks, instances, costs. Exit 0 when all checks pass, 1 when not, 78 when the settings can't be.");
        foreach (var option in options.All) command.Add(option);
        command.SetAction(async (parsed, _) =>
        {
            var (environment, context) = read is null ? (ProcessEnvironment.Read(), SettingsContext.OfThisProcess()) : read();
            var request = options.Read(parsed);
            var console = parsed.InvocationConfiguration;
            return await RunAsync(request, parsed.GetRequiredValue(options.Output), PlanSettings.Read(request, environment, context), context, console);
        });
        return command;
    }

    private static async Task<int> RunAsync(PlanRequest request, string output, PlanSettings settings, SettingsContext context, InvocationConfiguration console)
    {
        var version = ToolCommands.Version();
        if (settings.Result.Settings is null)
        {
            foreach (var problem in settings.Result.Errors) await console.Error.WriteLineAsync($"wsfanout plan: {problem}");
            if (output == PlanArguments.Json) await console.Output.WriteAsync(JsonReport.WriteErrors(settings.Result, version));
            return SettingsResult.ExitCode;
        }

        var report = PlanReport.Of(new PlanBasis(request, settings), context);
        await console.Output.WriteAsync(output switch
        {
            PlanArguments.Json => JsonReport.Write(report, version),
            PlanArguments.Env => EnvFile.Write(report, version),
            _ => TextReport.Write(report, version),
        });
        if (output == PlanArguments.Env)
        {
            // A file that is piped away must not hide what is wrong with it.
            foreach (var check in report.Checks.Where(check => !check.Passed)) await console.Error.WriteLineAsync($"wsfanout plan: check fails: {check.Rule}");
            foreach (var sentence in report.Contradictions) await console.Error.WriteLineAsync($"wsfanout plan: {sentence}");
        }

        return report.Holds ? ExitCode.Done : DoesNotHold;
    }
}
