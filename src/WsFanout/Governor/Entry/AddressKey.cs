using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace WsFanout.Governor.Entry;

/// <summary>Whose connections count together: an IPv4 address, or the /64 of an IPv6 address, which is what one customer of a provider has.</summary>
/// <param name="Bits">The address, or the upper half of it.</param>
internal readonly record struct AddressKey(ulong Bits, bool IsV4)
{
    private const int V6Bytes = 16;

    /// <summary>An IPv4 address that is written as an IPv6 one counts as what it is.</summary>
    public static AddressKey Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[V6Bytes];
        address.TryWriteBytes(bytes, out _);
        if (address.AddressFamily == AddressFamily.InterNetwork) return new(BinaryPrimitives.ReadUInt32BigEndian(bytes), true);
        return address.IsIPv4MappedToIPv6
            ? new(BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]), true)
            : new(BinaryPrimitives.ReadUInt64BigEndian(bytes), false);
    }

    /// <summary>A hash with a key that is random in each process: nobody can look for addresses that fall on one another.</summary>
    public int KeyedHash()
    {
        Span<ulong> words = [Bits, IsV4 ? 1UL : 0];
        return string.GetHashCode(MemoryMarshal.Cast<ulong, char>(words));
    }
}
