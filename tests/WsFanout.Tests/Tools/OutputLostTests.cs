using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;
using WsFanout.Planning.Plan;
using WsFanout.Planning.SystemCheck;
using WsFanout.Tests.Hosting.Settings;
using WsFanout.Tests.Planning;
using WsFanout.Tests.Planning.SystemCheck.Machine;
using WsFanout.Tools;

namespace WsFanout.Tests.Tools;

/// <summary>Every command with a reader that has left, and with an output that takes no more: a real pipe, and the kernel's full device.</summary>
public sealed class OutputLostTests : IDisposable
{
    private readonly FitMachine _machine = new();
    private readonly StringWriter _error = new() { NewLine = "\n" };

    public static TheoryData<string> Commands => ["--help", "--version", "plan", "plan --output json", "plan --help", "check --timeout 100ms", "check --output json --timeout 100ms", "tail --help"];

    public void Dispose()
    {
        _machine.Dispose();
        _error.Dispose();
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_reader_who_left_ends_a_command_quietly(string arguments)
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        pipe.ClientSafePipeHandle.Dispose();
        await using var file = new FileStream(new SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false), FileAccess.Write, bufferSize: 0);

        Assert.Equal((141, ""), (await RunAsync(file, arguments), _error.ToString()));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task An_output_that_takes_no_more_is_a_sentence_and_no_failed_check(string arguments)
    {
        await using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

        Assert.Equal(74, await RunAsync(full, arguments));
        Assert.Matches("^wsfanout: standard output can't be written: No space left on device[^\n]*\n$", _error.ToString());
    }

    [Fact]
    public async Task An_output_that_is_closed_is_a_sentence_too()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        // The end that is read can't be written to: what the kernel says of a closed descriptor too.
        await using var file = new FileStream(new SafeFileHandle(pipe.ClientSafePipeHandle.DangerousGetHandle(), ownsHandle: false), FileAccess.Write, bufferSize: 0);

        Assert.Equal(74, await RunAsync(file, "plan"));
        Assert.StartsWith("wsfanout: standard output can't be written: ", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_of_the_program_is_no_failed_check()
    {
        var root = ToolCommands.Build(new ToolContext(), _ => throw new InvalidOperationException("thrown by this test"));

        Assert.Equal(70, await ToolCommands.RunAsync(root, [], TextWriter.Null, _error));
        Assert.Contains("thrown by this test", _error.ToString(), StringComparison.Ordinal);
    }

    private async Task<int> RunAsync(Stream output, string arguments)
    {
        var root = ToolCommands.Build(new ToolContext(), _ => throw new InvalidOperationException("the server was started by the arguments of a tool"));
        root.Add(PlanCommand.Build(() => (new Dictionary<string, string>(), Plans.Context(TestCalibration.Round))));
        root.Add(CheckCommand.Build(new CheckContext { Settings = Reading.Of(("WS_CPU_LIMIT", "many")), Version = "1.2.3", Root = _machine.Root }));
        await using var writer = new StreamWriter(new OutputStream(output)) { AutoFlush = true };
        return await ToolCommands.RunAsync(root, arguments.Split(' '), writer, _error);
    }
}
