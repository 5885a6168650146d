namespace WsFanout.Transport.Frames;

/// <summary>A message of which only a part has come, and the frame in which it stopped. Exists only meanwhile.</summary>
/// <remarks>The owning worker only. Bounded by the longest message that is taken and one control frame.</remarks>
internal sealed class PartialMessage(long startedAt)
{
    private const int FirstBytes = 256;
    private const int MaxControlBytes = 125;

    private readonly byte[] _header = new byte[FrameHeader.Longest];
    private byte[] _message = [];
    private byte[] _control = [];
    private int _headerBytes;
    private int _messageBytes;
    private int _validBytes;
    private ulong _frameTaken;

    /// <summary>When its first byte came. Ticks of the monotonic clock.</summary>
    public long StartedAt { get; } = startedAt;

    /// <summary>The frame that is being taken; null between two of them.</summary>
    public FrameHeader? Frame { get; private set; }

    /// <summary>Opcode of the message, once its first frame has begun; null when none has.</summary>
    public byte? MessageOpcode { get; private set; }

    /// <summary>Payload bytes of the message so far.</summary>
    public int MessageBytes => _messageBytes;

    public Span<byte> Message => _message.AsSpan(0, _messageBytes);

    /// <summary>Payload of the control frame that has just become whole.</summary>
    public ReadOnlySpan<byte> Control => _control.AsSpan(0, (int)_frameTaken);

    public bool IsFrameWhole => Frame is { } frame && _frameTaken == frame.PayloadLength;

    /// <summary>Takes bytes of the next frame's header, as many as it needs.</summary>
    /// <returns>False when bytes are missing, or a rule is broken.</returns>
    public bool TryTakeHeader(ref Span<byte> unread, out FrameHeader header, out bool breaksRule)
    {
        var before = _headerBytes;
        var taken = Math.Min(unread.Length, FrameHeader.Longest - before);
        unread[..taken].CopyTo(_header.AsSpan(before));
        _headerBytes += taken;
        if (!FrameHeader.TryRead(_header.AsSpan(0, _headerBytes), out header, out breaksRule))
        {
            unread = unread[taken..];
            return false;
        }

        unread = unread[(header.Length - before)..];
        _headerBytes = 0;
        return true;
    }

    public void Begin(FrameHeader frame)
    {
        Frame = frame;
        _frameTaken = 0;
        if (!frame.IsControl) MessageOpcode ??= frame.Opcode;
    }

    /// <summary>Takes payload of the present frame, as much as has come.</summary>
    public void TakePayload(ref Span<byte> unread)
    {
        if (Frame is not { } frame) return;
        var count = (int)Math.Min(frame.PayloadLength - _frameTaken, (ulong)unread.Length);
        var piece = unread[..count];
        Masking.Remove(piece, frame.Mask, _frameTaken);
        if (frame.IsControl)
        {
            if (_control.Length == 0) _control = new byte[MaxControlBytes];
            piece.CopyTo(_control.AsSpan((int)_frameTaken));
        }
        else
        {
            Append(piece);
        }

        _frameTaken += (ulong)count;
        unread = unread[count..];
    }

    public void EndFrame() => Frame = null;

    /// <summary>Whether the text is UTF-8 as far as it has come; a character may be cut at its end unless it is the whole.</summary>
    public bool IsValidText(bool isWhole) => Utf8Check.GoesOn(Message, ref _validBytes) && (!isWhole || _validBytes == _messageBytes);

    private void Append(ReadOnlySpan<byte> piece)
    {
        if (_message.Length - _messageBytes < piece.Length)
        {
            Array.Resize(ref _message, Math.Max(FirstBytes, Math.Max(_messageBytes + piece.Length, _message.Length * 2)));
        }

        piece.CopyTo(_message.AsSpan(_messageBytes));
        _messageBytes += piece.Length;
    }
}
