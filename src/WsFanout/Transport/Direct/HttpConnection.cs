using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using WsFanout.Clients;

namespace WsFanout.Transport.Direct;

/// <summary>
/// A socket as the HTTP server sees it: two pipes. The worker's thread alone moves bytes between them and the kernel. Ends either with the
/// connection, or in a takeover: then the server lets go of everything, and the socket stays with the worker.
/// </summary>
/// <remarks>
/// Members say which thread they belong to; where it says "worker", the field is its alone. The server's side of the pipes runs on the thread
/// pool, never on the worker.
/// </remarks>
internal sealed class HttpConnection : DefaultConnectionContext, IMemoryPoolFeature
{
    /// <summary>Receives for one connection before the others have their turn.</summary>
    private const int ReceivesAtATime = 8;

    private readonly SocketLoop _loop;
    private readonly DirectSocket _socket;
    private readonly Introduction _introduction;
    private readonly Pipe _input;
    private readonly Pipe _output;
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Worker.
    private bool _isInputPaused;
    private bool _isInputOver;
    private bool _isInputEnded;
    private bool _isClientDone;
    private bool _isOutputBlocked;
    private bool _isOutputOver;
    private bool _isTakenOver;

    // The endpoint's, before it returns; the worker's after the server has disposed of the connection.
    private JoinTerms? _join;
    private Action? _leaseGivesBack;
    private byte[] _early = [];
    private bool _isDisposed;

    /// <summary>Worker.</summary>
    public HttpConnection(SocketLoop loop, DirectSocket socket, Introduction introduction)
        : base($"{socket.Token.Slot:x}-{socket.Token.Generation:x}")
    {
        _loop = loop;
        _socket = socket;
        _introduction = introduction;
        const int most = SocketLoopOptions.PipeBytes;
        _input = new Pipe(new PipeOptions(introduction.Pool, PipeScheduler.ThreadPool, loop, most, most / 2, useSynchronizationContext: false));
        _output = new Pipe(new PipeOptions(introduction.Pool, loop, PipeScheduler.ThreadPool, most, most / 2, useSynchronizationContext: false));
        Transport = new DuplexPipe(_input.Reader, _output.Writer);
        RemoteEndPoint = introduction.Remote;
        LocalEndPoint = SocketAddresses.LocalOf(socket.Descriptor);
        Features.Set<IMemoryPoolFeature>(this);
        Features.Set(this);
        introduction.Dress(introduction.Note, Features);
    }

    MemoryPool<byte> IMemoryPoolFeature.MemoryPool => _introduction.Pool;

    /// <summary>Gives the connection to the HTTP server, together with what has come already. Worker.</summary>
    public void Begin(ReadOnlySpan<byte> received)
    {
        _input.Writer.Write(received);
        Flush();
        if (!_introduction.Listener.TryWrite(this))
        {
            _loop.Close(_socket);
            return;
        }

        Pump();
        Receive();
    }

    /// <summary>Something has happened on the socket. Worker.</summary>
    public void Changed(SocketChange change)
    {
        if (change.HasFlag(SocketChange.Readable)) Receive();
        if (change.HasFlag(SocketChange.Writable) && _isOutputBlocked)
        {
            _isOutputBlocked = false;
            Pump();
        }
    }

    /// <summary>
    /// The endpoint has answered with the upgrade and wants the socket to become the worker's client. From here on the place is the connection's to
    /// give back. The endpoint then reads what is left of its stream to the end, calls <see cref="Leave"/> and returns.
    /// </summary>
    /// <param name="leaseGivesBack">Gives the client's place back; called once.</param>
    public void TakeOver(Action leaseGivesBack)
    {
        _leaseGivesBack = leaseGivesBack;
        _loop.CountClient(+1);
        _loop.Schedule(static self => ((HttpConnection)self!).BeginTakeover(), this);
    }

    /// <summary>The last word of the endpoint.</summary>
    /// <param name="early">What the client sent right behind its handshake.</param>
    public void Leave(JoinTerms join, byte[] early)
    {
        _early = early;
        _join = join;
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        base.Abort(abortReason);
        _loop.Schedule(static self => ((HttpConnection)self!).CutSocket(), this);
    }

    public override void Abort() => Abort(new ConnectionAbortedException());

    /// <summary>The HTTP server is done with the connection.</summary>
    /// <returns>When the last byte has left, or the socket has passed to the worker for good.</returns>
#pragma warning disable CA2215 // The base class would dispose of the source of ConnectionClosed, which the thread pool may be about to cancel.
    public override async ValueTask DisposeAsync()
    {
        await Transport.Input.CompleteAsync();
        await Transport.Output.CompleteAsync();
        _loop.Schedule(static self => ((HttpConnection)self!).Disposed(), this);
        await _over.Task;
    }
#pragma warning restore CA2215

    /// <summary>The descriptor has been closed. Worker.</summary>
    public void SocketClosed()
    {
        EndInput(new ConnectionResetException("the connection was cut"));
        if (!_isOutputOver) EndOutput();
        if (_isDisposed) _over.TrySetResult();
    }

    private void Receive()
    {
        for (var times = 0; !_isInputPaused && !_isInputOver; times++)
        {
            if (times == ReceivesAtATime)
            {
                _loop.ReadLater(_socket);
                return;
            }

            var count = _socket.Receive(out var received, out var isOver);
            if (count > 0)
            {
                _input.Writer.Write(received);
                Flush();
            }
            else
            {
                _isClientDone |= isOver && count == 0;
                if (isOver) EndInput(count == 0 ? null : new ConnectionResetException("the connection was reset"));
                return;
            }
        }
    }

    private void Flush()
    {
        var flush = _input.Writer.FlushAsync();
        if (flush.IsCompletedSuccessfully) _isInputOver |= flush.Result.IsCompleted;
        else _ = FlushAsync(flush);
    }

    /// <summary>The server reads more slowly than the client sends: the rest stays in the kernel until it has caught up.</summary>
    private async Task FlushAsync(ValueTask<FlushResult> flush)
    {
        _isInputPaused = true;

        // Goes on on the worker's thread: the loop is the pipe's scheduler. What became of the connection meanwhile stands.
        var flushed = await flush;
        _isInputPaused = false;
        if (flushed.IsCompleted) _isInputOver = true;
        Receive();
    }

    private void EndInput(Exception? error)
    {
        if (_isInputEnded) return;
        _isInputEnded = _isInputOver = true;
        _input.Writer.Complete(error);

        // On the thread pool: whoever listens for the end is the server's code or an endpoint's.
        if (!_isTakenOver) base.Abort(new ConnectionAbortedException("the client has gone"));
    }

    /// <summary>Sends what the server has written, as far as the socket takes it; comes back when there is more of either.</summary>
    private void Pump()
    {
        while (!_isOutputOver && !_isOutputBlocked)
        {
            if (_output.Reader.TryRead(out var read))
            {
                Send(read);
            }
            else
            {
                // Goes on on the worker's thread: the loop is the pipe's scheduler. Never, when the socket is closed before.
                _ = PumpLaterAsync();
                return;
            }
        }
    }

    private async Task PumpLaterAsync()
    {
        var read = await _output.Reader.ReadAsync();
        if (_isOutputOver) return;
        Send(read);
        Pump();
    }

    private void Send(ReadResult read)
    {
        var rest = read.Buffer;
        var isBroken = false;
        while (!rest.IsEmpty)
        {
            var taken = _socket.SendNow(rest.FirstSpan, out isBroken);
            var isFull = taken < rest.FirstSpan.Length;
            rest = rest.Slice(taken);
            if (!isFull) continue;
            _isOutputBlocked = true;
            break;
        }

        _output.Reader.AdvanceTo(rest.Start);
        if (isBroken) _loop.Close(_socket, cut: true);
        if (!rest.IsEmpty || !read.IsCompleted) return;
        EndOutput();
        Finish();
    }

    private void EndOutput()
    {
        _isOutputOver = true;
        _output.Reader.Complete();
    }

    private void BeginTakeover()
    {
        // What comes from here on stays in the kernel; what has come before, the endpoint reads to the end.
        _isTakenOver = true;
        _socket.Hold(_leaseGivesBack!);
        EndInput(null);
    }

    private void CutSocket()
    {
        // A client that has said its last word is not to lose the answer to it by a reset.
        if (_socket.Phase == SocketPhase.Http) _loop.Close(_socket, cut: !_isClientDone);
    }

    private void Disposed()
    {
        _isDisposed = true;
        if (_socket.Phase != SocketPhase.Http) _over.TrySetResult();
        else Finish();
    }

    /// <summary>Once the server is done and everything it wrote has left: over to the worker, or the end.</summary>
    private void Finish()
    {
        if (_socket.Phase != SocketPhase.Http || !_isOutputOver) return;
        if (!_isDisposed)
        {
            // The server has said its last word; like its own transport, this tells the client so before it is asked.
            if (!_isTakenOver) _ = Libc.Shutdown(_socket.Descriptor, Libc.ShutWrite);
            return;
        }

        _over.TrySetResult();
        if (_isTakenOver && _join is { } join) _loop.Arrive(_socket, new Arrival(join, _early));
        else _loop.Finish(_socket);
    }
}
