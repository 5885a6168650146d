using System.CommandLine;
using WsFanout.Hosting.Settings;
using WsFanout.Planning.Output;
using WsFanout.Tools;

namespace WsFanout.Planning.Plan;

/// <summary><c>wsfanout plan</c>: what a machine carries, by the server's own formulas, and whether a configuration holds.</summary>
internal sealed class PlanCommand
{
    /// <summary>A check fails, or what was given contradicts itself.</summary>
    public const int DoesNotHold = ExitCode.Failed;

    private readonly PlanRequest _request;
    private readonly string _output;
    private readonly string? _path;
    private readonly int _width;
    private readonly InvocationConfiguration _console;

    private PlanCommand(PlanArguments options, ParseResult parsed, int? width)
    {
        _width = width is { } columns ? Math.Max(TextTable.LeastWidth, columns) : TextTable.UsualWidth;
        _request = options.Read(parsed);
        _output = parsed.GetRequiredValue(options.Output);
        _path = parsed.GetValue(options.Out);
        _console = parsed.InvocationConfiguration;
    }

    /// <param name="read">The environment and everything else that settings depend on; null: those of this process.</param>
    /// <param name="width">Columns of the terminal that is written to; null: it is none.</param>
    public static Command Build(Func<(IReadOnlyDictionary<string, string> Environment, SettingsContext Context)>? read = null, int? width = null)
    {
        var options = new PlanArguments();
        var command = new Command("plan", "Work out what this machine, or another, carries: every limit with its formula, what binds first, checks, instances, costs. Exit 0 when all checks pass, 1 when not, 78 when the settings can't be.");
        foreach (var option in options.All) command.Add(option);
        command.Validators.Add(result =>
        {
            foreach (var clash in options.Clashes(result)) result.AddError(clash);
        });
        command.SetAction(async (parsed, _) =>
        {
            var (environment, context) = read is null ? (ProcessEnvironment.Read(), SettingsContext.OfThisProcess()) : read();
            return await new PlanCommand(options, parsed, width).RunAsync(environment, context);
        });
        return command;
    }

    private async Task<int> RunAsync(IReadOnlyDictionary<string, string> environment, SettingsContext context)
    {
        var settings = PlanSettings.Read(_request, environment, context);
        var version = ToolCommands.Version();
        if (settings.Result.Settings is null)
        {
            foreach (var problem in settings.Result.Errors) await SayAsync(problem);
            if (_path is not null) await SayAsync($"--out {_path} is left as it was.");
            if (_output == PlanArguments.Json) await _console.Output.WriteAsync(JsonReport.WriteErrors(settings.Result, version));
            return SettingsResult.ExitCode;
        }

        var report = PlanReport.Of(new PlanBasis(_request, settings), context);
        try
        {
            await WriteAsync(report, version);
        }
        catch (Exception refused) when (_path is not null && refused is IOException and not OutputLostException or UnauthorizedAccessException)
        {
            await SayAsync($"--out {_path} can't be written, and nothing there was changed: {refused.Message}");
            return ExitCode.NotWritten;
        }

        if (_output == PlanArguments.Env || _path is not null)
        {
            // A file must not hide what is wrong with it.
            foreach (var check in report.Checks.Where(check => !check.Passed)) await SayAsync($"check fails: {check.Rule}");
            foreach (var sentence in report.Contradictions) await SayAsync(sentence);
        }

        return report.Holds ? ExitCode.Done : DoesNotHold;
    }

    /// <exception cref="IOException">The file can't be written, or the one that it replaces not be read; it is as it was.</exception>
    private async Task WriteAsync(PlanReport report, string version)
    {
        var file = _path is null ? null : new ReplacedFile(_path);
        var text = _output switch
        {
            PlanArguments.Json => JsonReport.Write(report, version),
            PlanArguments.Env => await EnvAsync(report, version, file),
            _ => TextReport.Write(report, version, _path is null ? _width : TextTable.UsualWidth),
        };
        if (file is null) await _console.Output.WriteAsync(text);
        else file.Replace(text);
    }

    private async Task<string> EnvAsync(PlanReport report, string version, ReplacedFile? file)
    {
        var env = new EnvFile(report, file?.Read());
        var text = env.Write(version);
        foreach (var name in env.LeftOut) await SayAsync($"{name} holds a secret and is left out: give it again, or by {name}_FILE.");
        return text;
    }

    private Task SayAsync(string sentence) => _console.Error.WriteLineAsync($"wsfanout plan: {sentence}");
}
