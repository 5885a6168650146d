using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;

namespace WsFanout.Transport.Direct;

/// <summary>Addresses as the kernel writes them.</summary>
internal static class SocketAddresses
{
    /// <summary>Bytes that an address of either family takes.</summary>
    public const int Length = 28;

    private const int Ipv4 = 2;

    /// <summary>Of a connection's end.</summary>
    /// <param name="address">As <c>accept</c> wrote it.</param>
    public static IPEndPoint Read(ReadOnlySpan<byte> address)
    {
        var family = MemoryMarshal.Read<ushort>(address);
        var port = BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
        if (family == Ipv4) return new IPEndPoint(new IPAddress(address.Slice(4, 4)), port);
        var scope = MemoryMarshal.Read<uint>(address[24..]);
        return new IPEndPoint(new IPAddress(address.Slice(8, 16), scope), port);
    }

    /// <summary>Of this end; null when the connection has gone.</summary>
    public static IPEndPoint? LocalOf(int descriptor)
    {
        Span<byte> address = stackalloc byte[Length];
        return Libc.TryGetLocalAddress(descriptor, address) ? Read(address) : null;
    }
}
