using System.Buffers.Binary;

namespace WsFanout.IntegrationTests.Support;

/// <summary>One frame of HTTP/2 as it came.</summary>
internal sealed record RawHttp2Frame(int Type, int Flags, int Stream, byte[] Body)
{
    /// <summary>Of a RST_STREAM its code, of a GOAWAY too.</summary>
    public int Code => BinaryPrimitives.ReadInt32BigEndian(Body.AsSpan(Type == RawHttp2.GoAway ? 4 : 0));
}
