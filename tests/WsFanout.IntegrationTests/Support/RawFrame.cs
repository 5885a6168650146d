using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace WsFanout.IntegrationTests.Support;

/// <summary>One WebSocket frame as it came.</summary>
internal sealed record RawFrame(int Opcode, byte[] Payload)
{
    public const int Continuation = 0;
    public const int Text = 1;
    public const int Binary = 2;
    public const int Close = 8;
    public const int Ping = 9;
    public const int Pong = 10;

    public int CloseCode => BinaryPrimitives.ReadUInt16BigEndian(Payload);

    public JsonNode Json => JsonNode.Parse(Payload)!;

    public string? Type => Opcode == Text ? Json["type"]!.GetValue<string>() : null;

    public override string ToString() => $"{Opcode}:{Encoding.UTF8.GetString(Payload.AsSpan(0, Math.Min(Payload.Length, 200)))}";
}
