using System.Numerics;
using WsFanout.Messages;

namespace WsFanout.Fanout;

/// <summary>
/// The messages that a worker deals in one go, at most 64, and the bytes of any selection of them. Clients of one channel are owed the same
/// selection, so its bytes are put together once for all of them.
/// </summary>
/// <remarks>The worker's thread only. Allocates nothing after its making.</remarks>
internal sealed class FrameBatch
{
    public const int MostMessages = 64;

    /// <summary>Bytes of all messages together; a single one may have more.</summary>
    public const int MostBytes = 64 * 1024;

    private readonly Message[] _messages = new Message[MostMessages];
    private readonly byte[] _joined = GC.AllocateUninitializedArray<byte>(MostBytes, pinned: true);

    private ulong _joinedSelection;
    private int _joinedBytes;

    public int Count { get; private set; }

    /// <summary>Of all messages together.</summary>
    public int Bytes { get; private set; }

    public Message this[int index] => _messages[index];

    /// <returns>False when it does not fit any more.</returns>
    public bool TryAdd(Message message)
    {
        if (Count == MostMessages || (Count > 0 && Bytes + message.Length > MostBytes)) return false;
        _messages[Count++] = message;
        Bytes += message.Length;
        return true;
    }

    /// <summary>The frames of a selection, one behind the other. Until the next call.</summary>
    /// <param name="selection">One bit a message, at least one.</param>
    public ReadOnlySpan<byte> BytesOf(ulong selection)
    {
        if ((selection & (selection - 1)) == 0) return _messages[BitOperations.TrailingZeroCount(selection)].Bytes;
        if (selection != _joinedSelection) Join(selection);
        return _joined.AsSpan(0, _joinedBytes);
    }

    public void Clear()
    {
        // What was dealt must not be kept alive until the next batch.
        Array.Clear(_messages, 0, Count);
        Count = Bytes = _joinedBytes = 0;
        _joinedSelection = 0;
    }

    private void Join(ulong selection)
    {
        _joinedBytes = 0;
        for (var rest = selection; rest != 0; rest &= rest - 1)
        {
            var frame = _messages[BitOperations.TrailingZeroCount(rest)].Bytes;
            frame.CopyTo(_joined, _joinedBytes);
            _joinedBytes += frame.Length;
        }

        _joinedSelection = selection;
    }
}
