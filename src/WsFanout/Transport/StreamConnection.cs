using System.Net.WebSockets;
using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Transport;

/// <summary>
/// One client on the stream way: the framework's WebSocket, and two tasks that only move bytes. The reader posts whole messages to the
/// worker's inbox and waits until each is taken; the worker lends the writer one batch at a time and gets it back.
/// </summary>
/// <remarks>
/// Ownership passes by the inbox and the signals, so nothing here is locked: the batch is the worker's while <see cref="IsIdle"/>, the
/// writer's else; the received message is the reader's until posted, the worker's until <see cref="Taken"/>.
/// </remarks>
internal sealed partial class StreamConnection : IWire
{
    /// <summary>Bytes lent to the writer at a time: enough to make a write worth its cost, little enough to count as on its way.</summary>
    private const int BatchBytes = 64 * 1024;

    private const int BatchFrames = 64;
    private const int FirstReceiveBytes = 512;

    /// <summary>Room for requests that a client keeps between two of them; a longer one's is given back.</summary>
    private const int KeptReceiveBytes = 4096;

    /// <summary>How long a close frame may take to leave once everything else is over.</summary>
    private static readonly TimeSpan LastWrite = TimeSpan.FromSeconds(1);

    private readonly WebSocket _socket;
    private readonly UpgradedStream _stream;
    private readonly Action _abort;
    private readonly int _maxMessageBytes;
    private readonly bool _takesBinary;
    private readonly AsyncSignal _toWriter = new();
    private readonly AsyncSignal _toReader = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Set once, by whoever joins the connection to a worker, before the loops run.
    private WorkerInbox _inbox = null!;

    // The worker's while idle, the writer's else.
    private readonly Frame?[] _batch = new Frame?[BatchFrames];
    private int _batchCount;
    private int _batchSent;

    // The reader's until posted, the worker's until taken.
    private byte[] _received = new byte[FirstReceiveBytes];
    private int _receivedLength;

    // The reader's; the worker looks.
    private long _unfinishedSince;

    // The worker asks, the writer looks, in this order: ping, batch, close.
    private volatile bool _pingAsked;
    private volatile bool _batchLent;
    private volatile CloseReason? _closeAsked;
    private volatile bool _over;

    /// <param name="stream">The upgraded connection.</param>
    /// <param name="subprotocol">The one that was agreed on, or null.</param>
    /// <param name="takesBinary">Whether a binary message is as good as a text; else it is a broken rule.</param>
    /// <param name="abort">Cuts the connection under the stream; may be called at any time, from any thread.</param>
    public StreamConnection(UpgradedStream stream, string? subprotocol, int maxMessageBytes, bool takesBinary, Action abort)
    {
        _stream = stream;
        _abort = abort;
        _maxMessageBytes = maxMessageBytes;
        _takesBinary = takesBinary;

        // No keep-alive of the framework's: the worker pings, so that life signs are judged in one place for both ways to the wire.
        _socket = WebSocket.CreateFromStream(
            stream, new WebSocketCreationOptions { IsServer = true, SubProtocol = subprotocol, KeepAliveInterval = TimeSpan.Zero });
    }

    /// <summary>The client at this end; set by its worker, for its worker.</summary>
    public Client? Client { get; set; }

    /// <summary>Frames of the batch that the socket took. Worker only, between <see cref="TransportEventKind.Sent"/> and <see cref="BatchDone"/>.</summary>
    public ReadOnlySpan<Frame?> Sent => _batch.AsSpan(0, _batchSent);

    /// <summary>Frames of the batch that the socket will never take: not empty when the connection broke under it. Worker only, as <see cref="Sent"/>.</summary>
    public ReadOnlySpan<Frame?> Unsent => _batch.AsSpan(_batchSent, _batchCount - _batchSent);

    /// <summary>The message that came. Worker only, between <see cref="TransportEventKind.Received"/> and <see cref="Taken"/>.</summary>
    public ReadOnlySpan<byte> Received => _received.AsSpan(0, _receivedLength);

    /// <summary>Whether that message is binary. Worker only, as <see cref="Received"/>.</summary>
    public bool IsBinary { get; private set; }

    public bool IsIdle { get; private set; } = true;

    public int OpenSocket => -1;

    public long LastReceivedAt => _stream.LastReceivedAt;

    public long LastProgressAt => _stream.LastProgressAt;

    public long BlockedSince => _stream.BlockedSince;

    public long PingSentAt => _stream.PingSentAt;

    /// <summary>Whether the socket was full at some time of the last batch. Worker only, as <see cref="Sent"/>.</summary>
    public bool WasBlocked => _stream.WasBlocked;

    /// <summary>Moves bytes until the connection has ended and its worker has let go of it. Never throws.</summary>
    /// <param name="inbox">Of the worker that owns the client.</param>
    public async Task RunAsync(WorkerInbox inbox)
    {
        _inbox = inbox;
        var writing = WriteAsync();
        var reason = await ReadAsync();
        inbox.Post(new TransportEvent(this, TransportEventKind.Ended, reason));
        await _released.Task;
        await EndWritingAsync(writing);
        _socket.Dispose();
    }

    public long UnfinishedSince => Volatile.Read(ref _unfinishedSince);

    /// <summary>Nothing is known beyond what was written.</summary>
    public bool HasProgressed() => false;

    /// <summary>Takes nothing: on this way whatever is sent is lent to the writer.</summary>
    public int SendNow(ReadOnlySpan<byte> frames) => 0;

    public void KeepRest(Frame frame, int taken) => throw new NotSupportedException("nothing is taken in part");

    public ReadOnlySpan<Frame?> Send(SendQueue queue)
    {
        _batchCount = queue.Take(_batch, BatchBytes);
        IsIdle = false;
        _stream.StartProgress();
        _batchLent = true;
        _toWriter.Set();
        return [];
    }

    public void BatchDone()
    {
        _batch.AsSpan(0, _batchCount).Clear();
        _batchCount = _batchSent = 0;
        IsIdle = true;
    }

    public void Taken() => _toReader.Set();

    public void Ping()
    {
        _pingAsked = true;
        _toWriter.Set();
    }

    public void Close(CloseReason reason)
    {
        _closeAsked = reason;
        _toWriter.Set();
    }

    public void Abort()
    {
        _over = true;
        _abort();
        _socket.Abort();
        _toWriter.Set();
        _toReader.Set();
    }

    public void Release()
    {
        // A write that is still going on has a moment to end: cutting it here could cut off the close frame behind it.
        _over = true;
        _toWriter.Set();
        _toReader.Set();
        _released.TrySetResult();
    }

    /// <summary>The writer has nothing left to do; a close frame or a ping that the client never takes must not keep it.</summary>
    private async Task EndWritingAsync(Task writing)
    {
        try
        {
            await writing.WaitAsync(LastWrite);
        }
        catch (TimeoutException)
        {
            _abort();
            await writing;
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            while (true)
            {
                await _toWriter.WaitAsync();
                if (_over) return;
                if (_pingAsked)
                {
                    _pingAsked = false;
                    await _stream.WritePingAsync(CancellationToken.None);
                }

                if (_batchLent) await WriteBatchAsync();
                if (_closeAsked is { } reason)
                {
                    _closeAsked = null;
                    await _socket.CloseOutputAsync((WebSocketCloseStatus)reason.Code, reason.Name, CancellationToken.None);
                }
            }
        }
        catch (Exception gone) when (gone is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // The reader meets the same end and tells the worker; cutting the connection makes sure that it does. Behind a close frame
            // nothing can be sent and nothing is wrong: the client is still to get that frame.
            if (_stream.CloseCodeSent == 0) _abort();
        }
    }

    private async Task WriteBatchAsync()
    {
        try
        {
            for (_batchSent = 0; _batchSent < _batchCount && !_over; _batchSent++)
            {
                var frame = _batch[_batchSent]!;
                var type = frame.Opcode == Opcode.Binary ? WebSocketMessageType.Binary : WebSocketMessageType.Text;
                await _socket.SendAsync(frame.Payload, type, WebSocketMessageFlags.EndOfMessage, CancellationToken.None);
            }
        }
        finally
        {
            _batchLent = false;
            _inbox.Post(new TransportEvent(this, TransportEventKind.Sent));
        }
    }
}
