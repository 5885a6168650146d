using System.Diagnostics;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>The program behind a pipe that nobody reads, and on a device that is full.</summary>
public sealed class OutputLostProgramTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly EmptyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("plan")]
    [InlineData("--help")]
    [InlineData("check --timeout 100ms --no-publish")]
    public async Task A_pipe_that_nobody_reads_ends_a_command_quietly_with_141(string arguments)
    {
        // A pipe has a reader while descriptor 4 is open, and none from then on.
        var (exit, error) = await ShellAsync($"mkfifo pipe && exec 4<>pipe 5>pipe 4>&- && dotnet \"$0\" {arguments} >&5");

        Assert.Equal((141, ""), (exit, error));
    }

    [Theory]
    [InlineData("plan", "/dev/full")]
    [InlineData("--version", "/dev/full")]
    [InlineData("plan", "&-")]
    public async Task An_output_that_takes_nothing_is_one_sentence_and_74(string arguments, string output)
    {
        var (exit, error) = await ShellAsync($"dotnet \"$0\" {arguments} >{output}");

        Assert.Equal(74, exit);
        Assert.Matches("^wsfanout: standard output can't be written: [^\n]+\n$", error);
    }

    private async Task<(int Exit, string Error)> ShellAsync(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script, Path.Combine(AppContext.BaseDirectory, "wsfanout.dll")]) { WorkingDirectory = _folder.Path, RedirectStandardError = true })
            ?? throw new InvalidOperationException("no shell was started");
        using var patience = new CancellationTokenSource(Deadline);
        var error = await shell.StandardError.ReadToEndAsync(patience.Token);
        await shell.WaitForExitAsync(patience.Token);
        return (shell.ExitCode, error);
    }
}
