using WsFanout.Fanout;

namespace WsFanout.Intake;

/// <summary>
/// How much may be asked for: never more than the ring has room for, nor more than a broker can have in flight for one connection. Keeps
/// the account of what has been asked and not come yet.
/// </summary>
/// <remarks>The intake only; one object for one consumer.</remarks>
internal sealed class PullCredit(Ring ring, MessageSizes sizes, int maxBatch, TimeSpan expires, TimeProvider time)
{
    /// <summary>Asked for at first; each message that comes allows one more. A backlog of large messages is met before its size is known.</summary>
    private const int FirstWindow = 16;

    /// <summary>Bytes asked for at most: a broker cuts a connection on which 64 MB wait.</summary>
    private const long MostBytes = 16L << 20;

    /// <summary>Room that is never asked for: holes and resets need places too.</summary>
    private const int Reserve = 8;

    /// <summary>A request whose end the broker forgot to tell is given up this long after it expired.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(1);

    // In the order asked; the broker serves them in this order.
    private readonly Queue<(int Left, long AskedAt)> _requests = new();
    private int _leftOfFirst;
    private int _window = Math.Min(FirstWindow, maxBatch);

    /// <summary>Messages asked for that have not come.</summary>
    public int Outstanding { get; private set; }

    /// <summary>How many to ask for now; 0 when enough is on its way or there is no room.</summary>
    public int Wanted()
    {
        if (Outstanding >= (maxBatch + 1) / 2) return 0;
        var (messages, bytes) = ring.Room();
        var room = Math.Min(messages - Reserve, bytes / sizes.Expected);

        // A ring of a few places must still move.
        if (room <= 0 && ring.Depth == 0) room = 1;
        var most = Math.Min(Math.Min(_window, room), Math.Max(1, MostBytes / sizes.Expected));
        return Outstanding >= (most + 1) / 2 ? 0 : (int)(most - Outstanding);
    }

    public void Asked(int messages)
    {
        _requests.Enqueue((messages, time.GetTimestamp()));
        if (_requests.Count == 1) _leftOfFirst = messages;
        Outstanding += messages;
    }

    public void Came(int bytes)
    {
        sizes.Saw(bytes);
        if (_window < maxBatch) _window++;
        if (_requests.Count == 0) return;
        Outstanding--;
        if (--_leftOfFirst == 0) NextRequest();
    }

    /// <summary>The broker ended the oldest request before it was filled.</summary>
    public void Ended()
    {
        if (_requests.Count == 0) return;
        Outstanding -= _leftOfFirst;
        NextRequest();
    }

    /// <summary>Gives up requests that must have expired; their end may have been lost.</summary>
    public void ForgetLate()
    {
        while (_requests.TryPeek(out var first) && time.GetElapsedTime(first.AskedAt) > expires + Late) Ended();
    }

    private void NextRequest()
    {
        _requests.Dequeue();
        _leftOfFirst = _requests.TryPeek(out var first) ? first.Left : 0;
    }
}
