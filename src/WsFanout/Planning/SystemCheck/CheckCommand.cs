using System.CommandLine;
using WsFanout.Hosting.Settings.Grammars;

namespace WsFanout.Planning.SystemCheck;

/// <summary><c>wsfanout check</c>: whether the server would start and do its work here, before it is started or beside one that runs.</summary>
internal static class CheckCommand
{
    private const string Json = "json";

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);
    private static readonly DurationGrammar Timeouts = new(minMilliseconds: 100, maxMilliseconds: 60_000);

    public static Command Build(CheckContext context)
    {
        var output = new Option<string>("--output") { Description = "What is printed: text or json.", DefaultValueFactory = _ => "text" };
        output.AcceptOnlyFromAmong("text", Json);
        var timeout = new Option<TimeSpan?>("--timeout")
        {
            Description = "Longest wait for any one answer, 100ms to 1m [default: 5s].",
            HelpName = "duration",
            CustomParser = result =>
            {
                var text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
                var read = Timeouts.Read(text);
                if (!read.IsValid) result.AddError($"--timeout '{text}': must be {Timeouts.Expected}.");
                return read.Value;
            },
        };
        var strict = new Option<bool>("--strict") { Description = "Warnings count as errors." };
        var noPublish = new Option<bool>("--no-publish") { Description = "Do not try whether publishing is allowed." };

        var command = new Command("check", "Look whether settings, machine and broker are fit for the server; exit 0, 1 with an error, 78 with wrong settings.") { output, timeout, strict, noPublish };
        command.SetAction(async (parsed, stop) =>
        {
            var inspection = new Inspection(context, parsed.GetValue(timeout) ?? DefaultTimeout) { TriesPublishing = !parsed.GetValue(noPublish) };
            var report = new CheckReport(context.Version, context.Settings.Settings is not null, parsed.GetValue(strict), await inspection.RunAsync(stop));
            var isJson = parsed.GetValue(output) == Json;
            await parsed.InvocationConfiguration.Output.WriteAsync(isJson ? JsonReport.Write(report) + "\n" : TextReport.Write(report, context.HasColours));
            return report.ExitCode;
        });
        return command;
    }
}
