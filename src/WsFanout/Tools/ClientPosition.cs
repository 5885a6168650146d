namespace WsFanout.Tools;

/// <summary>
/// What a client has seen of the stream, by the rules for clients of PROTOCOL.md: its position, the last message of each channel,
/// the gaps it was told about. Outlives connections.
/// </summary>
/// <remarks>Thread safety: one receive loop.</remarks>
internal sealed class ClientPosition
{
    private const int MaxChannels = 200_000;
    private const int MaxGaps = 64;

    // Receive loop only.
    private readonly Dictionary<string, long> _lastOfChannel = [];
    private readonly Queue<(string? Channel, long From, long To)> _gaps = new();
    private string? _epoch;
    private long _seq = -1, _at;
    private long _start;
    private bool _resuming;

    /// <summary>Point to resume from; <see langword="null"/> before the first subscription was acknowledged.</summary>
    public ResumePoint? Resume => _epoch is not null && _seq >= 0 ? new ResumePoint(_seq, _epoch, _at) : null;

    /// <summary>A subscription with <see cref="Resume"/> goes out: the position stands still until its <c>sync</c>.</summary>
    public void Resuming() => _resuming = true;

    /// <summary>A subscription was acknowledged. Only the first one, which had no position, sets it.</summary>
    public void Acknowledged(long seq, long at, string epoch)
    {
        if (_seq >= 0) return;

        (_epoch, _seq, _at, _start) = (epoch, seq, at, seq);
    }

    /// <summary>Everything up to <paramref name="seq"/> has been sent.</summary>
    public void Advance(long seq, long at)
    {
        if (_resuming || seq <= _seq) return;

        (_seq, _at) = (seq, at);
    }

    /// <summary>What was missed has been sent.</summary>
    public void Synced(long seq, long at)
    {
        _resuming = false;
        Advance(seq, at);
    }

    /// <summary>The stream is another one now.</summary>
    public void Reset(string epoch, long seq, long at)
    {
        _lastOfChannel.Clear();
        _gaps.Clear();
        (_epoch, _seq, _at, _start) = (epoch, seq, at, seq);
    }

    /// <summary>The server said that this range, both ends included, will not come; without a channel it may concern any.</summary>
    public void Gap(string? channel, long from, long to)
    {
        if (_gaps.Count == MaxGaps) _gaps.Dequeue();
        _gaps.Enqueue((channel, from, to));
    }

    /// <summary>Takes a message in and says what its numbers prove; a <c>prev</c> of 0 proves nothing.</summary>
    public MessageVerdict Message(string channel, long seq, long prev, long at)
    {
        var known = _lastOfChannel.TryGetValue(channel, out var last);
        if (known && seq <= last) return MessageVerdict.Duplicate;

        // A channel not seen yet: only what came after the subscription can be missing.
        var missing = prev != 0 && (known ? prev != last : prev > _start) && !IsInGap(channel, prev);
        if (!known && _lastOfChannel.Count == MaxChannels) Forget();
        _lastOfChannel[channel] = seq;
        Advance(seq, at);
        return missing ? MessageVerdict.NewAfterLoss : MessageVerdict.New;
    }

    private bool IsInGap(string channel, long seq)
    {
        foreach (var gap in _gaps)
        {
            var concerns = gap.Channel is null || gap.Channel == channel || gap.Channel.Contains('*') || gap.Channel.Contains('>');
            if (concerns && gap.From <= seq && seq <= gap.To) return true;
        }
        return false;
    }

    // Bounds the memory: what is forgotten can no longer be checked, only what comes from here on.
    private void Forget()
    {
        _lastOfChannel.Clear();
        _start = _seq;
    }
}
