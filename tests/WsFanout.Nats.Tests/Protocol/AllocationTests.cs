using WsFanout.Nats.Protocol;

namespace WsFanout.Nats.Tests.Protocol;

public class AllocationTests
{
    private const int Messages = 100_000;

    [Fact]
    public void Reading_a_hundred_thousand_messages_allocates_nothing_but_rented_homes()
    {
        var one = Transcripts.Bytes(
            "MSG odin.token.BTC.trade 7 $JS.ACK.S.c.1.9.1.1700000000000000001.0 11\r\nhello world\r\n",
            "HMSG odin.token.BTC.trade 7 $JS.ACK.S.c.1.9.1.1700000000000000001.0 27 29\r\nNATS/1.0\r\nNumber: abcde\r\n\r\nhi\r\n");
        var reader = new FrameReader();
        Read(reader, one, 2_000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var sum = Read(reader, one, Messages);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(9L * Messages, sum);
        Assert.InRange(allocated, 0, 1024);
    }

    private static long Read(FrameReader reader, byte[] input, int messages)
    {
        long sum = 0;
        for (var read = 0; read < messages;)
        {
            input.CopyTo(reader.Space());
            reader.Received(input.Length);
            while (reader.TryRead(out var frame))
            {
                using var message = new NatsMsg(frame);
                sum += NatsJSMsgMetadata.TryParse(message.ReplyTo, out var metadata) ? metadata.StreamSequence : 0;
                read++;
            }
        }

        return sum;
    }
}
