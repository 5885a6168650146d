using WsFanout.Tools;

namespace WsFanout.Tests.Tools;

/// <summary>One command line, run inside the test with everything it prints.</summary>
internal sealed class CommandRun : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task<int> _run;

    private CommandRun(ToolContext context, Func<CancellationToken, Task<int>> serve, string[] arguments) =>
        _run = ToolCommands.RunAsync(ToolCommands.Build(context, serve), arguments, Output, Error, _stop.Token);

    public AwaitedText Output { get; } = new();

    public AwaitedText Error { get; } = new();

    public static CommandRun Start(params string[] arguments) => Start(new ToolContext(), arguments);

    public static CommandRun Start(ToolContext context, params string[] arguments) =>
        new(context, _ => throw new InvalidOperationException("the server was started by the arguments of a tool"), arguments);

    public static CommandRun StartServer(Func<CancellationToken, Task<int>> serve, params string[] arguments) => new(new ToolContext(), serve, arguments);

    /// <summary>The exit code of a command that ends by itself.</summary>
    public async Task<int> ExitAsync()
    {
        await Task.WhenAny(_run, Task.Delay(Patience));
        Assert.True(_run.IsCompleted, $"the command did not end within {Patience.TotalSeconds} s; it printed: {Output} and: {Error}");
        return await _run;
    }

    /// <summary>Does what Ctrl-C does.</summary>
    public async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        return await ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }
}
