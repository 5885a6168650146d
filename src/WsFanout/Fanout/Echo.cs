using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Fanout;

/// <summary>Sends a test client's messages back as they came. Nothing is lost and what waits is bounded: the client is not read while something waits for it.</summary>
/// <remarks>The worker's thread only.</remarks>
internal static class Echo
{
    /// <summary>Bytes of one message. Beyond: close 1009.</summary>
    public const int MaxMessageBytes = 16 * 1024 * 1024;

    /// <summary>What these clients may do, beside what everybody may: one message of full size, and those that came in the same receive.</summary>
    public static ClientOptions OptionsFrom(ClientOptions options) =>
        options with { MaxMessageBytes = MaxMessageBytes, SendQueueBytes = 2L * MaxMessageBytes };

    /// <summary>A whole message has come.</summary>
    /// <param name="opcode">Of the message, and of its echo.</param>
    public static void Send(Client client, byte opcode, ReadOnlySpan<byte> payload, Roster roster)
    {
        if (client.Queue.AddAnswer(Frame.Of(opcode, payload)) == SendOutcome.Queued) roster.HasWork(client);
        else roster.Close(client, CloseReason.SlowClient);
    }
}
