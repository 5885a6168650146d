using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace WsFanout.Testing;

/// <summary>
/// A real <c>nats-server</c> on loopback with JetStream in a directory of its own. Can be killed, stopped, continued and
/// started again on the same port and store.
/// </summary>
/// <remarks>Thread safety: one test at a time; <see cref="Log"/> from anywhere.</remarks>
internal sealed class NatsServerProcess : IAsyncDisposable
{
    private const int MaxLogLines = 10_000;
    private const int StartAttempts = 5;
    private const int SigTerm = 15, SigCont = 18, SigStop = 19;

    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(15);

    private readonly NatsServerOptions _options;
    private readonly string _folder;
    private readonly string _store;

    // Guarded by itself; bounded by MaxLogLines, oldest leave.
    private readonly Queue<string> _log = new();

    // The test's own thread.
    private Process? _process;

    private NatsServerProcess(NatsServerOptions options)
    {
        _options = options;
        Binary = options.Binary ?? NatsServerBinary.Find();
        _folder = Directory.CreateTempSubdirectory("wsfanout-nats-").FullName;
        _store = options.StoreDir ?? Path.Combine(_folder, "store");
        Port = options.Port ?? 0;
    }

    /// <summary>Every executable to test against; several when <c>NATS_SERVERS</c> lists them.</summary>
    public static IReadOnlyList<string> Binaries => NatsServerBinary.FindAll();

    public string Binary { get; }

    public int Port { get; private set; }

    public string StoreDir => _store;

    /// <summary>Address with the user information given in the options.</summary>
    public Uri Url => new($"nats://{(_options.UserInfo is { } user ? user + "@" : "")}{_options.Address}:{Port}");

    public int ProcessId => Running.Id;

    public bool HasExited => _process is null or { HasExited: true };

    /// <summary>What the server has printed, all runs, newest 10,000 lines.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return string.Join('\n', _log);
            }
        }
    }

    private Process Running => _process ?? throw new InvalidOperationException("nats-server is not running.");

    /// <exception cref="InvalidOperationException">No executable, or it did not become ready; the message carries its log.</exception>
    public static async Task<NatsServerProcess> StartAsync(NatsServerOptions? options = null)
    {
        var server = new NatsServerProcess(options ?? new NatsServerOptions());
        try
        {
            await server.StartRunAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it without a goodbye, as power loss would.</summary>
    public async Task KillAsync()
    {
        Running.Kill();
        await EndRunAsync();
    }

    /// <summary>Orderly stop by SIGTERM.</summary>
    public async Task TerminateAsync()
    {
        Signal(SigTerm);
        await EndRunAsync();
    }

    /// <summary>Freezes it: the kernel still acknowledges what is sent to it, nothing answers. Returns when it stands still.</summary>
    public void Stop()
    {
        Signal(SigStop);
        if (!SpinWait.SpinUntil(() => Halted.Is(Running.Id), StartDeadline))
        {
            throw new InvalidOperationException($"nats-server {Running.Id} did not halt.");
        }
    }

    public void Continue() => Signal(SigCont);

    /// <summary>Sends any signal, as 1 (SIGHUP, reload) or 12 (SIGUSR2, lame duck).</summary>
    public void Signal(int signal)
    {
        if (kill(Running.Id, signal) != 0)
        {
            throw new InvalidOperationException($"Signal {signal} to nats-server {Running.Id} failed: errno {Marshal.GetLastPInvokeError()}.");
        }
    }

    /// <summary>Starts it again on the same port and store, killing it first when it still runs.</summary>
    /// <param name="config">Replaces the text of <see cref="NatsServerOptions.Config"/> from now on.</param>
    public async Task RestartAsync(string? config = null)
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        await StartRunAsync(config);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartRunAsync(string? config = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            // A port the system hands out may be taken again before the server binds it: then try another, or wait for the given one.
            var port = Port != 0 ? Port : FreePort.Next();
            if (await TryRunAsync(port, config ?? _options.Config))
            {
                Port = port;
                return;
            }

            if (attempt == StartAttempts)
            {
                throw new InvalidOperationException($"nats-server ({Binary}) did not start on port {port}. It printed:\n{Log}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200));
        }
    }

    private async Task<bool> TryRunAsync(int port, string config)
    {
        var file = Path.Combine(_folder, "nats.conf");
        var jetStream = _options.JetStream ? $"jetstream {{ store_dir: \"{_store}\" }}\n" : "";
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"listen: \"{_options.Address}:{port}\"\n{jetStream}{config}\n"));
        string[] words = [.. _options.Entrance, Binary, "-c", file];
        var start = new ProcessStartInfo(words[0], words[1..]) { RedirectStandardError = true, RedirectStandardOutput = true };
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = start };
        process.ErrorDataReceived += (_, line) => Note(line.Data, ready);
        process.OutputDataReceived += (_, line) => Note(line.Data, ready);
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        _process = process;

        await Task.WhenAny(ready.Task, process.WaitForExitAsync(), Task.Delay(StartDeadline));
        if (ready.Task.IsCompleted && !process.HasExited)
        {
            return true;
        }

        await KillAsync();
        return false;
    }

    private void Note(string? line, TaskCompletionSource ready)
    {
        if (line is null)
        {
            return;
        }

        lock (_log)
        {
            _log.Enqueue(line);
            if (_log.Count > MaxLogLines)
            {
                _log.Dequeue();
            }
        }

        if (line.EndsWith("Server is ready", StringComparison.Ordinal))
        {
            ready.TrySetResult();
        }
    }

    private async Task EndRunAsync()
    {
        var process = Running;
        await process.WaitForExitAsync().WaitAsync(StartDeadline);
        process.Dispose();
        _process = null;
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int pid, int signal);
}
