using System.Buffers;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace WsFanout.Transport.Direct;

/// <summary>
/// Accepts the connections of one listening socket, and gives each, before its first byte, to the loop with the fewest. What it can't accept waits
/// in the kernel: for want of descriptors or memory it backs off, and nothing that a connection does ends it.
/// </summary>
/// <remarks>A thread of its own: it neither waits for deliveries nor for whatever else the thread pool is busy with.</remarks>
internal sealed partial class Acceptor : IAsyncDisposable
{
    /// <summary>After a refusal of the system: long enough not to spin, short enough that nobody notices.</summary>
    private const int BackOffMs = 50;

    private readonly Socket _listening;
    private readonly int _descriptor;
    private readonly Entrance _entrance;
    private readonly ChannelWriter<ConnectionContext> _accepted;
    private readonly MemoryPool<byte> _pool;
    private readonly ILogger _logger;
    private readonly int _stopBell = Libc.EventDescriptor();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The thread only.
    private bool _isBackingOff;

    public Acceptor(Socket listening, Entrance entrance, ChannelWriter<ConnectionContext> accepted, MemoryPool<byte> pool, ILogger logger)
    {
        _listening = listening;
        _descriptor = (int)listening.SafeHandle.DangerousGetHandle();
        _entrance = entrance;
        _accepted = accepted;
        _pool = pool;
        _logger = logger;
    }

    public void Start() => new Thread(Run) { Name = "acceptor", IsBackground = true }.Start();

    /// <summary>Stops listening.</summary>
    /// <returns>When nothing is accepted any more.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync();
        RingStop();
        await _completion.Task;
        _listening.Dispose();
        _ = Libc.Close(_stopBell);
        _stopping.Dispose();
    }

    private unsafe void RingStop()
    {
        var one = 1UL;
        _ = Libc.Write(_stopBell, &one, sizeof(ulong));
    }

    private void Run()
    {
        try
        {
            while (!_stopping.IsCancellationRequested) AcceptOne(_stopping.Token);
            _completion.SetResult();
        }
        catch (Exception bug)
        {
            // The thread's boundary. A server that can't be reached must not go on as if it could.
            LogFailed(bug);
            _completion.SetResult();
            _entrance.Failed(bug);
        }
    }

    private void AcceptOne(CancellationToken stopping)
    {
        var ready = _entrance.BeforeAccept(stopping);
        if (!ready.IsCompleted) ready.AsTask().GetAwaiter().GetResult();
        if (stopping.IsCancellationRequested) return;

        Span<byte> address = stackalloc byte[SocketAddresses.Length];
        var descriptor = Libc.Accept(_descriptor, address);
        if (descriptor < 0)
        {
            AfterRefusal(Marshal.GetLastPInvokeError());
            return;
        }

        _isBackingOff = false;
        if (_entrance.TryEnter(descriptor) is not { } place)
        {
            Libc.CutOnClose(descriptor);
            _ = Libc.Close(descriptor);
            return;
        }

        var introduction = new Introduction(_accepted, _pool, SocketAddresses.Read(address), place.Note, _entrance.Dress);
        _entrance.NextLoop().Adopt(descriptor, place.GiveBack, introduction);
    }

    private void AfterRefusal(int error)
    {
        switch (error)
        {
            case Libc.Again:
                Wait(-1);
                break;
            case Libc.BadDescriptor or Libc.InvalidArgument or Libc.NotASocket:
                throw new InvalidOperationException($"the listening socket is gone: error {error}");
            case Libc.TooManyOpen or Libc.TooManyOpenInSystem or Libc.NoBuffers or Libc.NoMemory:
                if (!_isBackingOff) LogBackingOff(error);
                _isBackingOff = true;
                WaitForStop(BackOffMs);
                break;
            default:
                // The connection was gone before it was accepted, or a firewall forbids it: the next one has nothing to do with that.
                break;
        }
    }

    private unsafe void Wait(int timeoutMs)
    {
        var entries = stackalloc PollEntry[] { new() { Descriptor = _stopBell, Asked = Libc.PollIn }, new() { Descriptor = _descriptor, Asked = Libc.PollIn } };
        _ = Libc.Poll(entries, 2, timeoutMs);
    }

    private unsafe void WaitForStop(int timeoutMs)
    {
        var entry = new PollEntry { Descriptor = _stopBell, Asked = Libc.PollIn };
        _ = Libc.Poll(&entry, 1, timeoutMs);
    }

    [LoggerMessage(LogLevel.Warning, "No connection can be accepted for now: the system refuses with error {Error}. Those that come wait in the kernel.")]
    private partial void LogBackingOff(int error);

    [LoggerMessage(LogLevel.Critical, "Accepting has failed; the process can't go on.")]
    private partial void LogFailed(Exception exception);
}
