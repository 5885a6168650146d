namespace WsFanout.Nats.Protocol;

/// <summary>The receive buffer of one connection: grows to the largest frame seen, at most twofold at a time, and no further than the parser's bounds.</summary>
/// <remarks>Thread safety: the read loop only.</remarks>
internal sealed class FrameReader
{
    private const int InitialBytes = 64 * 1024;
    private const int SmallestReceive = 4 * 1024;

    private readonly FrameParser _parser = new();

    // Read loop only.
    private byte[] _buffer = new byte[InitialBytes];
    private int _start, _end;

    /// <summary>Bytes received that no frame has used yet.</summary>
    public int Unread => _end - _start;

    /// <inheritdoc cref="FrameParser.TryRead"/>
    public bool TryRead(out Frame frame)
    {
        if (!_parser.TryRead(_buffer.AsSpan(_start, Unread), out frame, out var consumed))
        {
            return false;
        }

        _start += consumed;
        return true;
    }

    /// <summary>Room to receive into. Ends the life of the last frame's spans.</summary>
    public Memory<byte> Space()
    {
        var unread = Unread;
        if (unread == 0)
        {
            _start = _end = 0;
        }

        // No more than twice what is there: what is only announced takes no memory.
        var needed = Math.Min(Math.Max(_parser.Needed, unread + SmallestReceive), Math.Max(2L * unread, InitialBytes));
        if (_start + needed > _buffer.Length)
        {
            var target = needed <= _buffer.Length ? _buffer : new byte[(int)Math.Min(2L * _buffer.Length, Array.MaxLength)];
            _buffer.AsSpan(_start, unread).CopyTo(target);
            (_buffer, _start, _end) = (target, 0, unread);
        }

        return _buffer.AsMemory(_end);
    }

    public void Received(int bytes) => _end += bytes;
}
