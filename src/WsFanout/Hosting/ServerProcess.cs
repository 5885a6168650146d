using System.Runtime.InteropServices;
using WsFanout.Hosting.Settings;

namespace WsFanout.Hosting;

/// <summary>The server as a process: settings, log, signals, exit code.</summary>
internal sealed partial class ServerProcess
{
    private const int Served = 0;
    private const int CouldNotListen = 1;
    private const int Interrupted = 130;

    /// <summary>Something that must run for ever has ended (<c>EX_SOFTWARE</c>).</summary>
    private const int Faulted = 70;

    private readonly SettingsResult _settings;
    private readonly string _version;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource<PosixSignal> _signalled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Set by the signal handlers' thread.
    private int _signals;

    private ServerProcess(SettingsResult settings, string version, ILoggerFactory loggers)
    {
        _settings = settings;
        _version = version;
        _loggers = loggers;
        _logger = loggers.CreateLogger("WsFanout");
    }

    /// <summary>Runs the server until a signal or a fault ends it.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(SettingsResult settings, string version, TextWriter error)
    {
        if (settings.Settings is not { } read)
        {
            foreach (var problem in settings.Errors) await error.WriteLineAsync(problem);
            return SettingsResult.ExitCode;
        }

        using var loggers = Logs.Create(read.Host);
        return await new ServerProcess(settings, version, loggers).RunAsync(read.Host, read.Governor.MemoryLimitBytes);
    }

    private async Task<int> RunAsync(HostOptions host, long memoryLimitBytes)
    {
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        foreach (var line in Banner.Lines(_settings, _version)) LogBanner(line);
        foreach (var line in Banner.Warnings(_settings)) LogWarned(line);
        LimitHeap(memoryLimitBytes);

        await using var server = new FanoutServer(_settings, _version, _loggers, TimeProvider.System);
        try
        {
            await server.StartAsync(CancellationToken.None);
        }
        catch (ListenFailedException refused)
        {
            LogCanNotListen(refused.Address, refused.Message);
            return CouldNotListen;
        }

        var fault = server.FaultAsync();
        if (await Task.WhenAny(fault, _signalled.Task) == fault)
        {
            LogFault(await fault);
            return Faulted;
        }

        LogSignalled((await _signalled.Task).ToString());
        return await StopAsync(server, host.DrainTimeout);
    }

    private async Task<int> StopAsync(FanoutServer server, TimeSpan timeout)
    {
        try
        {
            await server.StopAsync(timeout);
            return Served;
        }
        catch (Exception bug)
        {
            // The boundary of the process: it ends in any case, and its exit code says that not all of it did.
            LogFault(bug.ToString());
            return Faulted;
        }
    }

    private void LimitHeap(long memoryLimitBytes)
    {
        var (bytes, isKept) = HeapLimit.Apply(memoryLimitBytes);
        if (isKept) LogHeapLimited(bytes);
        else LogHeapNotLimited(bytes, memoryLimitBytes);
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _signals) > 1) Environment.Exit(Interrupted);
        _signalled.TrySetResult(context.Signal);
    }

    [LoggerMessage(LogLevel.Information, "{Line:l}")]
    private partial void LogBanner(string line);

    [LoggerMessage(LogLevel.Warning, "{Line:l}")]
    private partial void LogWarned(string line);

    [LoggerMessage(LogLevel.Information, "The heap is limited to {Bytes} bytes.")]
    private partial void LogHeapLimited(long bytes);

    [LoggerMessage(LogLevel.Warning, "The heap could not be limited to 60 % of {MemoryLimit} bytes; it may take {Bytes}.")]
    private partial void LogHeapNotLimited(long bytes, long memoryLimit);

    [LoggerMessage(LogLevel.Error, "Can't listen on {Address}: {Problem}")]
    private partial void LogCanNotListen(string address, string problem);

    [LoggerMessage(LogLevel.Critical, "The process can't go on: {Fault}")]
    private partial void LogFault(string fault);

    [LoggerMessage(LogLevel.Information, "Told to stop by {Signal}; once more ends at once.")]
    private partial void LogSignalled(string signal);
}
