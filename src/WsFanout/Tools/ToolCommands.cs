using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace WsFanout.Tools;

/// <summary>
/// The command line of the program: without a command it is the server, else one of the tools that README and health check use.
/// </summary>
internal static class ToolCommands
{
    /// <summary>The whole command line; <paramref name="serve"/> runs the server to its end, its result is the exit code.</summary>
    public static RootCommand Build(ToolContext context, Func<CancellationToken, Task<int>> serve)
    {
        var root = new RootCommand("Fans the messages of a JetStream stream out to WebSocket clients. Without a command it is the server; its settings are environment variables.")
        {
            TailCommand.Build(context),
            PublishCommand.Build(context),
            HealthCommand.Build(context),
            FeedCommand.Build(context),
        };
        root.SetAction((_, stop) => serve(stop));
        foreach (var option in root.Options.OfType<VersionOption>()) option.Action = new PrintVersion();
        return root;
    }

    /// <summary>Reads the arguments and runs what they ask for.</summary>
    /// <returns>
    /// The exit code; <see cref="ExitCode.BadArguments"/> when the arguments make no sense, which is then said on <paramref name="error"/>;
    /// <see cref="ExitCode.NobodyReads"/> or <see cref="ExitCode.NotWritten"/> when <paramref name="output"/> is lost.
    /// </returns>
    public static async Task<int> RunAsync(RootCommand root, string[] arguments, TextWriter output, TextWriter error, CancellationToken stop = default)
    {
        // A payload may begin with '@': it is not the name of a file with more arguments.
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            foreach (var problem in parsed.Errors) await error.WriteLineAsync($"wsfanout: {problem.Message}");
            await error.WriteLineAsync($"Try 'wsfanout {(parsed.CommandResult.Command == root ? "" : parsed.CommandResult.Command.Name + " ")}--help'.");
            return ExitCode.BadArguments;
        }

        var configuration = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false };
        // The server has signal handling of its own; a tool is cancelled by Ctrl-C and SIGTERM.
        if (parsed.CommandResult.Command == root) configuration.ProcessTerminationTimeout = null;
        try
        {
            return await parsed.InvokeAsync(configuration, stop);
        }
        catch (OutputLostException lost)
        {
            // As in `wsfanout plan | head`: the reader has seen enough, and there is nobody to tell.
            if (lost.NobodyReads) return ExitCode.NobodyReads;
            return await EndAsync(error, $"wsfanout: standard output can't be written: {lost.Message}", ExitCode.NotWritten);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Failed;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            return await EndAsync(error, $"wsfanout: a fault of the program: {fault}", ExitCode.Faulted);
        }
    }

    private static async Task<int> EndAsync(TextWriter error, string sentence, int code)
    {
        try
        {
            await error.WriteLineAsync(sentence);
        }
        catch (IOException)
        {
            // Standard error is on the same full disk; the code still says it.
        }

        return code;
    }

    /// <summary>Version of the program without the commit that some builds append.</summary>
    public static string Version()
    {
        var version = typeof(ToolCommands).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
        return version.Split('+')[0];
    }

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"wsfanout {Version()}");
            return ExitCode.Done;
        }
    }
}
