using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Transport.Direct;

/// <summary>Where the frames that wait for one client are put together for one send. One a worker.</summary>
/// <remarks>The worker's thread only.</remarks>
internal sealed class SendBuffer
{
    private const int Capacity = 64 * 1024;
    private const int MostFrames = 64;

    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(Capacity, pinned: true);
    private readonly Frame?[] _frames = new Frame?[MostFrames];
    private int _count;

    /// <summary>Looks at what waits, and puts it together.</summary>
    /// <param name="queue">Not empty. Nothing is taken from it.</param>
    public ReadOnlySpan<byte> Gather(SendQueue queue)
    {
        _count = queue.Peek(_frames, Capacity);
        if (_count == 1) return _frames[0]!.Bytes;

        var length = 0;
        foreach (var frame in _frames.AsSpan(0, _count))
        {
            frame!.Bytes.CopyTo(_bytes, length);
            length += frame.Length;
        }

        return _bytes.AsSpan(0, length);
    }

    /// <summary>Of what was gathered, the frames that a socket took.</summary>
    /// <param name="bytes">Taken, from the first.</param>
    /// <param name="part">The frame that it took a part of, and how much; or null.</param>
    public ReadOnlySpan<Frame?> Taken(int bytes, out (Frame Frame, int Bytes)? part)
    {
        var whole = 0;
        for (; whole < _count && bytes >= _frames[whole]!.Length; whole++) bytes -= _frames[whole]!.Length;
        part = bytes > 0 ? (_frames[whole]!, bytes) : null;
        return _frames.AsSpan(0, whole);
    }
}
