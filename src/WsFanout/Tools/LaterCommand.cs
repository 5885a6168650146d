using System.CommandLine;

namespace WsFanout.Tools;

/// <summary>A command that is promised and not there yet: listed, and refused with a sentence of its own instead of as a slip.</summary>
internal static class LaterCommand
{
    public static Command Build(string name, string purpose)
    {
        var command = new Command(name, $"Not in this version: {purpose}.") { TreatUnmatchedTokensAsErrors = false };
        command.SetAction(async (parsed, _) =>
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(
                $"wsfanout: '{name}' is not in this version; it comes with a later one. See 'wsfanout --help'.");
            return ExitCode.BadArguments;
        });
        return command;
    }
}
