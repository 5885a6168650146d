using System.Text;
using WsFanout.Messages;

namespace WsFanout.Planning.Plan;

/// <summary>What one delivery takes of the network, by the server's own encoder.</summary>
/// <remarks>Each delivery counts as alone in its packets: several that leave in one send share them, so this is the most.</remarks>
internal static class WireBytes
{
    /// <summary>Preamble, header, checksum and gap of Ethernet (38), IPv4 (20), TCP with timestamps (32).</summary>
    public const int PerPacket = 90;

    /// <summary>What a packet of 1,500 bytes carries behind those headers.</summary>
    public const int PayloadOfPacket = 1448;

    /// <summary>A sequence number and a channel of the usual length.</summary>
    private const long SomeSequence = 1_000_000;
    private const long SomeTime = 1_795_224_000_123;
    private static readonly Channel SomeChannel = new("BTC.trade");

    /// <summary>Bytes of the WebSocket frame of a message.</summary>
    /// <param name="payloadBytes">What was published, JSON.</param>
    public static int Frame(int payloadBytes)
    {
        var payload = Encoding.ASCII.GetBytes(payloadBytes < 2 ? "1" : $"\"{new string('x', payloadBytes - 2)}\"");
        return MessageEncoder.Encode(SomeChannel, SomeSequence, SomeSequence - 1, SomeTime, payload, arrivedAt: 0).Bytes.Length;
    }

    /// <summary>Bytes on the cable: the frame and the headers of its packets.</summary>
    public static int OfFrame(int frameBytes) => frameBytes + (PerPacket * ((frameBytes + PayloadOfPacket - 1) / PayloadOfPacket));
}
