using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests.Support;

/// <summary>The built program as a process of its own, as operators run it: variables in, log and exit code out.</summary>
internal sealed partial class ServerProgram : IDisposable
{
    public const int SigTerm = 15;

    /// <summary>A second on a machine without other work.</summary>
    public static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();

    private ServerProgram(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public IReadOnlyCollection<string> Output => _output;

    public IReadOnlyCollection<string> Errors => _errors;

    public bool HasExited => _process.HasExited;

    /// <summary>Runs the program in an empty folder, with the given variables and none of this process's of its kind.</summary>
    public static ServerProgram Start(string folder, string[] arguments, params (string Name, string Value)[] variables) =>
        Start(folder, [], arguments, variables);

    /// <summary>Starts the server on a port of the system's choice and waits until its log says which.</summary>
    public static Task<(ServerProgram Program, Uri Address)> ServeAsync(string folder, params (string Name, string Value)[] variables) =>
        ServeAsync(folder, [], StartDeadline, variables);

    /// <summary>The same, by a shell that changes what the process is given before it becomes the server.</summary>
    /// <param name="preparation">A command of bash.</param>
    public static Task<(ServerProgram Program, Uri Address)> ServeAsync(string folder, string preparation, params (string Name, string Value)[] variables) =>
        ServeAsync(folder, ["bash", "-c", $"{preparation}; exec \"$0\" \"$@\""], StartDeadline, variables);

    /// <inheritdoc cref="ServeAsync(string, ValueTuple{string, string}[])"/>
    /// <param name="entrance">Words before the command line, as <see cref="Cgroup.Entrance"/>.</param>
    public static async Task<(ServerProgram Program, Uri Address)> ServeAsync(
        string folder, string[] entrance, TimeSpan deadline, params (string Name, string Value)[] variables)
    {
        var program = Start(folder, entrance, [], [("WS_ADDR", "127.0.0.1:0"), .. variables]);
        try
        {
            await Wait.UntilAsync(() => program.Address() is not null || program.HasExited, $"the server should say where it listens", deadline);
            Assert.False(program.HasExited, string.Join('\n', program.Errors.Concat(program.Output)));
        }
        catch
        {
            // Nobody else could end it.
            program.Dispose();
            throw;
        }

        return (program, new Uri($"http://{program.Address()}/"));
    }

    public void Signal(int signal) => _ = Kill(_process.Id, signal);

    /// <summary>SIGSTOP; from then on it does nothing.</summary>
    public async Task HaltAsync()
    {
        const int sigStop = 19;
        Signal(sigStop);
        await Wait.UntilAsync(() => Task.FromResult(Halted.Is(_process.Id)), "the program should stand still");
    }

    public async Task<int> WaitForExitAsync(TimeSpan deadline)
    {
        using var limit = new CancellationTokenSource(deadline);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The process did not end within {deadline}. Its log:\n{string.Join('\n', _output)}");
        }

        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private static ServerProgram Start(string folder, string[] entrance, string[] arguments, (string Name, string Value)[] variables)
    {
        string[] words = [.. entrance, "dotnet", Path.Combine(AppContext.BaseDirectory, "wsfanout.dll"), .. arguments];
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("WS_", StringComparison.Ordinal) || name.StartsWith("JS_", StringComparison.Ordinal) || name.StartsWith("NATS_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in variables) start.Environment[name] = value;
        return new ServerProgram(Process.Start(start)!);
    }

    private string? Address() => _output
        .Where(line => line.StartsWith('{'))
        .Select(line => JsonNode.Parse(line)!)
        .FirstOrDefault(line => line["message"]!.GetValue<string>().StartsWith("Listening on", StringComparison.Ordinal))?["Address"]?.GetValue<string>();

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null) lines.Enqueue(line);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int process, int signal);
}
