using System.Buffers.Binary;

namespace WsFanout.IntegrationTests.Support;

/// <summary>Everything a server sent to one client after the handshake, as bytes, and where each frame begins. Nothing else is done as they come: dozens are cheap under load.</summary>
/// <remarks>One writer.</remarks>
internal sealed class FrameLog
{
    private readonly List<(int Opcode, int Start, int Length)> _frames = [];
    private byte[] _bytes = new byte[64 * 1024];
    private int _end;
    private int _parsed;

    public int Count => _frames.Count;

    public RawFrame this[int index] => new(_frames[index].Opcode, PayloadOf(index).ToArray());

    public int OpcodeOf(int index) => _frames[index].Opcode;

    public ReadOnlySpan<byte> PayloadOf(int index) => _bytes.AsSpan(_frames[index].Start, _frames[index].Length);

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (_end + bytes.Length > _bytes.Length) Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _end + bytes.Length));
        bytes.CopyTo(_bytes.AsSpan(_end));
        _end += bytes.Length;
        while (Parse(_bytes.AsSpan(_parsed, _end - _parsed)) is { } frame)
        {
            _frames.Add((frame.Opcode, _parsed + frame.Header, frame.Length));
            _parsed += frame.Header + frame.Length;
        }
    }

    /// <returns>The first frame's parts; null when it is not whole yet.</returns>
    private static (int Opcode, int Header, int Length)? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2) return null;
        Assert.True((bytes[0] & 0xf0) == 0x80 && bytes[1] < 0x80, "a server's frame is whole, without reserved bits, unmasked");
        var header = bytes[1] switch { 126 => 4, 127 => 10, _ => 2 };
        if (bytes.Length < header) return null;
        var length = header switch { 4 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]), 10 => checked((int)BinaryPrimitives.ReadUInt64BigEndian(bytes[2..])), _ => bytes[1] };
        return bytes.Length < header + length ? null : (bytes[0] & 0xf, header, length);
    }
}
