namespace WsFanout.Nats.Protocol;

/// <summary>
/// Bytes waiting to be sent on one connection. Callers append whole frames, one sender at a time takes everything there is: what is appended while a
/// send is under way goes out together in the next.
/// </summary>
/// <remarks>
/// Thread safety: any number of appenders; exactly one flusher. Who appends alone may send by itself (<see cref="TryTake"/>): then the flusher, and
/// with it another thread, sleeps on.
/// </remarks>
internal sealed class Outbox : IDisposable
{
    /// <summary>Bytes that may wait. A frame beyond it has to wait for room, unless it is the only one.</summary>
    public const int MaxPendingBytes = 4 * 1024 * 1024;

    private const int InitialBytes = 16 * 1024;
    private const int LargestKeptBytes = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _work = new(0);

    // Guarded by _gate.
    private byte[] _pending = new byte[InitialBytes];
    private int _count;
    private bool _ended;
    private bool _isSending; // from when the flusher is called, or an appender takes, until there is nothing left to send
    private TaskCompletionSource? _progress;

    private bool _isFlushing; // the flusher has begun

    // The sender's: what it is sending.
    private byte[] _taken = new byte[InitialBytes];

    /// <summary>Appends one frame; <paramref name="body"/> tells whether it ends with a payload, <paramref name="urgent"/> that it cannot wait for room.</summary>
    /// <param name="callsFlusher">False: the caller sends by itself, by <see cref="TryTake"/>, and calls <see cref="Sent"/>.</param>
    /// <returns>False when there is no room; then see <see cref="RoomAsync"/>.</returns>
    /// <exception cref="NatsNotConnectedException">The connection has ended.</exception>
    public bool TryAppend(ReadOnlySpan<byte> line, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> payload, bool body, bool urgent = false, bool callsFlusher = true)
    {
        lock (_gate)
        {
            if (_ended)
            {
                throw new NatsNotConnectedException("The connection to the NATS server has ended.");
            }

            var bytes = line.Length + headers.Length + payload.Length + (body ? 2 : 0);
            if (_count > 0 && !urgent && (long)_count + bytes > MaxPendingBytes)
            {
                return false;
            }

            EnsureLocked(bytes);
            AddLocked(line);
            AddLocked(headers);
            AddLocked(payload);
            if (body)
            {
                AddLocked("\r\n"u8);
            }

            if (callsFlusher)
            {
                CallFlusherLocked();
            }

            return true;
        }
    }

    /// <summary>A frame without a body that does not wait for room. Nothing happens when the connection has ended.</summary>
    /// <returns>False when it has ended, or when so much waits that the server evidently reads nothing.</returns>
    public bool TryAppendUrgent(ReadOnlySpan<byte> line)
    {
        lock (_gate)
        {
            return !_ended && _count <= 2 * MaxPendingBytes && TryAppend(line, default, default, body: false, urgent: true);
        }
    }

    /// <summary>Completes when it is worth trying to append again.</summary>
    public Task RoomAsync()
    {
        lock (_gate)
        {
            return _ended || _count == 0 ? Task.CompletedTask : ProgressLocked();
        }
    }

    /// <summary>For the flusher, again and again: having sent what it took, it comes for more.</summary>
    /// <returns>What to send next, valid until the next call; empty when the connection has ended.</returns>
    public async ValueTask<ReadOnlyMemory<byte>> TakeAsync()
    {
        lock (_gate)
        {
            // The first time it has not been called yet.
            if (_isFlushing && SentLocked() is { IsEmpty: false } more)
            {
                return more;
            }

            _isFlushing = true;
        }

        await _work.WaitAsync();
        lock (_gate)
        {
            return _ended ? default : TakeLocked();
        }
    }

    /// <summary>For an appender that sends by itself.</summary>
    /// <returns>What to send, then <see cref="Sent"/> is to be called; empty when somebody sends already, who takes this too, or the connection has ended.</returns>
    public ReadOnlyMemory<byte> TryTake()
    {
        lock (_gate)
        {
            if (_ended || _isSending || _count == 0)
            {
                return default;
            }

            _isSending = true;
            return TakeLocked();
        }
    }

    /// <summary>The appender that took has sent: what came meanwhile is the flusher's.</summary>
    public void Sent()
    {
        lock (_gate)
        {
            _isSending = false;
            if (_count > 0 && !_ended)
            {
                CallFlusherLocked();
            }
        }
    }

    public void End()
    {
        lock (_gate)
        {
            if (!_ended)
            {
                _ended = true;
                _work.Release();
                SignalLocked();
            }
        }
    }

    public void Dispose()
    {
        // Under the lock: whoever ends or appends at this moment has let go of the semaphore, and who comes later will not touch it.
        lock (_gate)
        {
            _ended = true;
            _work.Dispose();
        }
    }

    /// <summary>One permit for each change from idle to sending: the flusher takes everything at once.</summary>
    private void CallFlusherLocked()
    {
        if (!_isSending)
        {
            _isSending = true;
            _work.Release();
        }
    }

    private ReadOnlyMemory<byte> SentLocked()
    {
        if (!_ended && _count > 0)
        {
            return TakeLocked();
        }

        _isSending = false;
        return default;
    }

    private ReadOnlyMemory<byte> TakeLocked()
    {
        var bytes = _count;
        var spare = _taken.Length <= LargestKeptBytes ? _taken : new byte[InitialBytes];
        (_taken, _pending, _count) = (_pending, spare, 0);
        SignalLocked();
        return _taken.AsMemory(0, bytes);
    }

    private Task ProgressLocked() => (_progress ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private void SignalLocked()
    {
        _progress?.SetResult();
        _progress = null;
    }

    private void EnsureLocked(int more)
    {
        if (_count + more > _pending.Length)
        {
            Array.Resize(ref _pending, Math.Max(_count + more, 2 * _pending.Length));
        }
    }

    private void AddLocked(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_pending.AsSpan(_count));
        _count += bytes.Length;
    }
}
