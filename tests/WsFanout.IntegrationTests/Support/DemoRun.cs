using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using WsFanout.Testing;
using WsFanout.Tests.Deploy;

namespace WsFanout.IntegrationTests.Support;

/// <summary><c>demo/run.sh</c> as <c>make run</c> and <c>make demo-overload</c> start it, on the program that was built for the tests, with its temporary files in a folder of the test's.</summary>
internal sealed partial class DemoRun : IDisposable
{
    /// <summary>Everything that the demo starts has this variable, and each run's begins with its folder.</summary>
    private const string Mark = "TMPDIR";

    private readonly EmptyFolder _folder = new();
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private DemoRun(string? mode, IEnumerable<(string Name, string Value)> variables)
    {
        // A shell can't trap what was ignored when it was started, as the hang-up is in everything under nohup.
        var start = new ProcessStartInfo("env")
        {
            WorkingDirectory = RepositoryFiles.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var argument in new[] { "--default-signal=HUP", "bash", "demo/run.sh" }) start.ArgumentList.Add(argument);
        if (mode is not null) start.ArgumentList.Add(mode);
        foreach (var name in start.Environment.Keys.Where(name => Own().IsMatch(name)).ToArray()) start.Environment.Remove(name);
        start.Environment[Mark] = _folder.Path;
        start.Environment["WSFANOUT"] = Path.Combine(AppContext.BaseDirectory, "wsfanout");
        start.Environment["WS_ADDR"] = "127.0.0.1:0";
        foreach (var (name, value) in variables) start.Environment[name] = value;

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it has printed, on both of its outputs.</summary>
    public string Printed => string.Join('\n', _lines);

    /// <summary>What stands behind a word of its welcome: <c>page</c>, <c>publish</c>, <c>watch</c>, <c>NATS</c>.</summary>
    public string this[string word] =>
        Regex.Match(Printed, $@"^ +{word} +(.+)$", RegexOptions.Multiline).Groups[1].Value;

    /// <summary>Temporary files of the demo that are there now.</summary>
    public IReadOnlyList<string> Leftovers => Directory.GetFileSystemEntries(_folder.Path);

    /// <summary>Starts it without waiting for anything.</summary>
    public static DemoRun Start(params (string Name, string Value)[] variables) => new(null, variables);

    /// <summary>Starts the demo of overload, as <c>make demo-overload</c> does, without waiting for anything.</summary>
    public static DemoRun StartOverload(params (string Name, string Value)[] variables) => new("overload", variables);

    /// <summary>Starts it and waits for its welcome.</summary>
    public static async Task<DemoRun> StartAndWaitAsync(params (string Name, string Value)[] variables)
    {
        var demo = Start(variables);
        await Wait.UntilAsync(
            () => Task.FromResult(demo["stop"].Length > 0 || demo._process.HasExited), () => $"the demo should be up; it printed:\n{demo.Printed}", TimeSpan.FromSeconds(60));
        Assert.False(demo._process.HasExited, demo.Printed);
        return demo;
    }

    /// <summary>Names of the processes that the demo has started and that still run, itself among them.</summary>
    public IReadOnlyList<string> Processes() =>
        [.. Process.GetProcesses().Where(process => Owns(process.Id)).Select(process => process.ProcessName)];

    /// <summary>Whether the demo has started this process.</summary>
    public bool Owns(int process) => Environment(process).Any(variable => variable.StartsWith($"{Mark}={_folder.Path}", StringComparison.Ordinal));

    public void Signal(int signal) => Assert.Equal(0, ServerProgram.Kill(_process.Id, signal));

    /// <returns>The exit code; 128 + n for one that ended by signal n.</returns>
    public async Task<int> WaitForExitAsync(TimeSpan? atMost = null)
    {
        using var limit = new CancellationTokenSource(atMost ?? TimeSpan.FromSeconds(30));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The demo did not end. It printed:\n{Printed}");
        }

        return _process.ExitCode;
    }

    /// <summary>Waits until neither a process nor a file of the demo is left.</summary>
    public Task WaitUntilNothingIsLeftAsync() => Wait.UntilAsync(
        () => Task.FromResult(Processes().Count == 0 && Leftovers.Count == 0),
        () => $"nothing of the demo should be left, not the processes '{string.Join(' ', Processes())}' and the files '{string.Join(' ', Leftovers)}'",
        TimeSpan.FromSeconds(20));

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
        _folder.Dispose();
    }

    private static string[] Environment(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/environ").Split('\0');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    [GeneratedRegex("^(WS|JS|NATS|LOG|FEED)_|^WSFANOUT|^KEEP$")]
    private static partial Regex Own();
}
