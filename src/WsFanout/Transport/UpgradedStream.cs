namespace WsFanout.Transport;

/// <summary>
/// The bytes of an upgraded connection between Kestrel and the framework's WebSocket: notes every sign of life, notes progress piece by
/// piece, lets pings of our own pass between two frames, and nothing behind a close frame.
/// </summary>
/// <remarks>One reader; writers take turns. The framework writes each frame with one call, so a frame is never cut by a ping.</remarks>
internal sealed class UpgradedStream(Stream inner, TimeProvider time) : Stream
{
    /// <summary>Bytes after which progress is noted, so that a large frame to a slow client is seen to move.</summary>
    private const int PieceBytes = 16 * 1024;

    /// <summary>First byte of a close frame; its code stands behind the length.</summary>
    private const byte CloseFrame = 0x88;

    private const int NoCode = 1005;

    private static readonly byte[] EmptyPing = [0x89, 0x00];

    private readonly SemaphoreSlim _turn = new(1, 1);

    private long _lastReceivedAt = time.GetTimestamp();
    private long _lastProgressAt = time.GetTimestamp();
    private long _blockedSince;
    private long _pingSentAt;
    private int _closeCodeSent;
    private bool _wasBlocked;

    // Of whoever has the turn.
    private bool _isClosed;

    /// <summary>When bytes last came. Ticks of the monotonic clock; any thread.</summary>
    public long LastReceivedAt => Volatile.Read(ref _lastReceivedAt);

    /// <summary>When bytes were last taken. Ticks of the monotonic clock; any thread.</summary>
    public long LastProgressAt => Volatile.Read(ref _lastProgressAt);

    /// <summary>Since when a write has been waiting for the socket; 0 while none does. Ticks of the monotonic clock; any thread.</summary>
    public long BlockedSince => Volatile.Read(ref _blockedSince);

    /// <summary>When the last ping was taken by the socket; 0 while none has been. Ticks of the monotonic clock; any thread.</summary>
    public long PingSentAt => Volatile.Read(ref _pingSentAt);

    /// <summary>Code of the close frame that was written last; 0 when none was, 1005 when it had none. The framework tells nobody which rule it closed for. Any thread.</summary>
    public int CloseCodeSent => Volatile.Read(ref _closeCodeSent);

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Whether a write had to wait for the socket since <see cref="StartProgress"/>. Any thread.</summary>
    public bool WasBlocked => Volatile.Read(ref _wasBlocked);

    /// <summary>Sets the clock of progress to now: a batch is about to be written.</summary>
    public void StartProgress()
    {
        Volatile.Write(ref _wasBlocked, false);
        Volatile.Write(ref _lastProgressAt, time.GetTimestamp());
    }

    /// <summary>Sends a ping, but none behind a close frame: that is the last.</summary>
    public async ValueTask WritePingAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_isClosed) return;
            await WriteInTurnAsync(EmptyPing, cancellationToken);
            Volatile.Write(ref _pingSentAt, time.GetTimestamp());
        }
        finally
        {
            _turn.Release();
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        if (count > 0) Volatile.Write(ref _lastReceivedAt, time.GetTimestamp());
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var isClose = buffer.Span is [CloseFrame, ..];
        if (isClose) Volatile.Write(ref _closeCodeSent, buffer.Length < 4 ? NoCode : (buffer.Span[2] << 8) | buffer.Span[3]);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            // The framework sends what was waiting behind its own close frame all the same.
            if (_isClosed) throw new IOException("nothing is sent behind a close frame");
            _isClosed = isClose;
            await WriteInTurnAsync(buffer, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Nothing to do: each write is a flush.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("asynchronous only");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("asynchronous only");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        // Not the turn: who holds it has to give it back, and who waits for it would wait for ever. It holds nothing that needs an end.
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask WriteInTurnAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        while (buffer.Length > 0)
        {
            var piece = Math.Min(buffer.Length, PieceBytes);
            var write = inner.WriteAsync(buffer[..piece], cancellationToken);
            if (!write.IsCompleted)
            {
                Volatile.Write(ref _wasBlocked, true);
                Volatile.Write(ref _blockedSince, time.GetTimestamp());
            }

            await write;
            Volatile.Write(ref _blockedSince, 0);
            Volatile.Write(ref _lastProgressAt, time.GetTimestamp());
            buffer = buffer[piece..];
        }
    }
}
