using System.Globalization;
using System.Net.Sockets;

namespace WsFanout.Nats.Protocol;

/// <summary>What callers and the clock send, and the flusher that takes it to the socket.</summary>
internal sealed partial class NatsSession
{
    private readonly PingLine _pings;

    // Interlocked.
    private long _lastSid = InboxSid;

    // First come, first served: for those for whom there was no room.
    private readonly SemaphoreSlim _turn = new(1, 1);

    // Interlocked. Callers that wait for room.
    private int _waiting;

    // Set once, by whoever publishes first.
    private volatile bool _hasPublished;

    // Whoever has taken from the outbox writes.
    private volatile Task _sendingAlone = Task.CompletedTask;

    /// <summary>
    /// Waits until the server has read what was published. To have it with the kernel is not enough: closing a socket while anything of the
    /// server's is unread resets the connection, and what the server has not read by then is lost.
    /// </summary>
    /// <remarks>Returns as well when the connection ends.</remarks>
    public async Task FlushedAsync(CancellationToken ct)
    {
        if (!_hasPublished)
        {
            return;
        }

        Task? read;
        while ((read = _pings.TrySend()) is null)
        {
            await _outbox.RoomAsync().WaitAsync(ct);
        }

        await read.WaitAsync(ct);
    }

    /// <summary>One frame, waiting for room when too much waits to be sent.</summary>
    /// <exception cref="NatsException">Too large, headers where the server takes none, or the connection has ended.</exception>
    public async ValueTask PublishAsync(string subject, string? replyTo, ReadOnlyMemory<byte> headers, ReadOnlyMemory<byte> payload, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        _hasPublished = true;
        if (Volatile.Read(ref _waiting) == 0 && TryPublish(subject, replyTo, headers.Span, payload.Span, callsFlusher: true))
        {
            return;
        }

        // Whoever waits for room is not overtaken by a smaller frame, or one that comes just when there is some: callers count on their order.
        Interlocked.Increment(ref _waiting);
        try
        {
            await _turn.WaitAsync(ct);
            try
            {
                while (!TryPublish(subject, replyTo, headers.Span, payload.Span, callsFlusher: true))
                {
                    await _outbox.RoomAsync().WaitAsync(ct);
                }
            }
            finally
            {
                _turn.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary><paramref name="timeout"/> runs from now to the answer.</summary>
    /// <returns>The answer, which may be a status other than "no responders".</returns>
    public async ValueTask<NatsMsg> RequestAsync(
        string subject, ReadOnlyMemory<byte> headers, ReadOnlyMemory<byte> payload, TimeSpan timeout, CancellationToken ct)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
        {
            return await RequestAsync(subject, headers, payload, ct);
        }

        using var late = new CancellationTokenSource(timeout, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(late.Token, ct);
        try
        {
            return await RequestAsync(subject, headers, payload, limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            ct.ThrowIfCancellationRequested();
            throw new NatsTimeoutException(string.Create(CultureInfo.InvariantCulture, $"No answer on '{subject}' within {timeout.TotalSeconds:0.##} s."));
        }
    }

    private async ValueTask<NatsMsg> RequestAsync(string subject, ReadOnlyMemory<byte> headers, ReadOnlyMemory<byte> payload, CancellationToken ct)
    {
        var request = _requests.Add(subject);

        // An answer that has come in this very moment counts: then nothing is cancelled.
        await using var givingUp = ct.UnsafeRegister(
            static (waiting, cancelled) =>
            {
                var (table, request) = ((RequestTable, PendingRequest))waiting!;
                if (table.TryTake(request))
                {
                    request.Fail(new OperationCanceledException(cancelled));
                }
            },
            (_requests, request));
        try
        {
            if (Interlocked.Exchange(ref _inboxDenied, 0) == 1)
            {
                SubscribeInbox();
            }

            var replyTo = string.Create(CultureInfo.InvariantCulture, $"{_inbox}{request.Id}");
            _hasPublished = true;
            if (!ct.IsCancellationRequested && _requests.IsOneAlone && TryPublish(subject, replyTo, headers.Span, payload.Span, callsFlusher: false))
            {
                SendAlone();
            }
            else
            {
                await PublishAsync(subject, replyTo, headers, payload, ct);
            }
        }
        catch
        {
            _requests.TryTake(request);
            throw;
        }

        return Answered(await request.Answer, subject);
    }

    /// <exception cref="NatsNotConnectedException">The connection has ended.</exception>
    public NatsSub Subscribe(string subject, int capacity)
    {
        Span<byte> room = stackalloc byte[FrameWriter.MaxLineBytes];
        var writer = new FrameWriter(room);
        var sub = new NatsSub(this, subject, Interlocked.Increment(ref _lastSid), capacity);
        writer.Subscribe(subject, sub.Sid);

        // Known before it is asked for: the first message may be back before this thread goes on.
        if (!_subs.TryAdd(sub) || !_outbox.TryAppendUrgent(writer.Line))
        {
            _subs.Remove(sub.Sid);
            throw new NatsNotConnectedException("The connection to the NATS server has ended.");
        }

        return sub;
    }

    public void Unsubscribe(NatsSub sub)
    {
        if (_subs.Remove(sub.Sid))
        {
            Span<byte> room = stackalloc byte[32];
            var writer = new FrameWriter(room);
            writer.Unsubscribe(sub.Sid);
            _outbox.TryAppendUrgent(writer.Line);
        }
    }

    private static NatsMsg Answered(NatsMsg answer, string subject)
    {
        if (answer.StatusCode != 503)
        {
            return answer;
        }

        answer.Dispose();
        throw new NatsNoRespondersException($"Nobody answers on '{subject}'.");
    }

    private bool TryPublish(string subject, string? replyTo, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> payload, bool callsFlusher)
    {
        var info = _info;
        var total = (long)headers.Length + payload.Length;
        if (total > info.MaxPayload)
        {
            throw new NatsPayloadTooLargeException(
                string.Create(CultureInfo.InvariantCulture, $"{total} bytes of headers and payload exceed the server's limit of {info.MaxPayload} bytes."));
        }

        if (headers.Length > 0 && !info.Headers)
        {
            throw new NatsException("The NATS server does not take headers.");
        }

        Span<byte> room = stackalloc byte[FrameWriter.MaxLineBytes];
        var writer = new FrameWriter(room);
        writer.Publish(subject, replyTo, headers.Length, (int)total);
        return _outbox.TryAppend(writer.Line, headers, payload, body: true, callsFlusher: callsFlusher);
    }

    private SessionEnd? Urgent(ReadOnlySpan<byte> line) => _outbox.TryAppendUrgent(line) ? null : new SessionEnd($"{_server} does not read");

    private void OnPingTime()
    {
        if (Interlocked.Increment(ref _pingsOut) > _opts.MaxPingsOut)
        {
            Abort(new SessionEnd($"stale: {_opts.MaxPingsOut} PINGs unanswered by {_server}"));
        }
        else
        {
            _ = _pings.TrySend();
        }
    }

    /// <summary>Sends what the caller has appended, unless somebody sends already and takes it along. Waits for nothing.</summary>
    private void SendAlone()
    {
        if (_outbox.TryTake() is { IsEmpty: false } bytes)
        {
            _sendingAlone = SendAloneAsync(bytes);
        }
    }

    private async Task SendAloneAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await _wire.SendAsync(bytes);
            _outbox.Sent();
        }
        catch (Exception failure) when (failure is SocketException or IOException or ObjectDisposedException)
        {
            GiveUpSending();
        }
    }

    private void GiveUpSending()
    {
        // The read loop finds out why: what the server said before it hung up is still to be read.
        _pings.End();
        _outbox.End();
    }

    private async Task FlushAsync()
    {
        try
        {
            while (await _outbox.TakeAsync() is { IsEmpty: false } bytes)
            {
                await _wire.SendAsync(bytes);
            }
        }
        catch (Exception failure) when (failure is SocketException or IOException or ObjectDisposedException)
        {
            GiveUpSending();
        }
    }
}
