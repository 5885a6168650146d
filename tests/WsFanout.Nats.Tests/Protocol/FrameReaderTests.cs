using System.Text;
using WsFanout.Nats.Protocol;

namespace WsFanout.Nats.Tests.Protocol;

public sealed class FrameReaderTests
{
    [Fact]
    public void A_size_that_is_only_announced_takes_no_memory()
    {
        var reader = new FrameReader();
        Receive(reader, "MSG a 1 100000000\r\n"u8);
        Assert.False(reader.TryRead(out _));

        Assert.InRange(reader.Space().Length, 1, 256 * 1024);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(5_000_000)]
    public void A_large_message_comes_whole_and_the_small_ones_around_it_too(int bytes)
    {
        var reader = new FrameReader();
        var stream = Encoding.ASCII.GetBytes($"MSG a 1 2\r\nab\r\nMSG b 1 {bytes}\r\n{new string('x', bytes)}\r\nMSG c 1 2\r\ncd\r\n");
        var random = new Random(3);
        var came = new List<(string Subject, int Bytes)>();

        for (var sent = 0; sent < stream.Length;)
        {
            var space = reader.Space();
            Assert.True(space.Length > 0, "there must always be room to receive into");
            var count = Math.Min(Math.Min(space.Length, stream.Length - sent), random.Next(1, 50_000));
            stream.AsMemory(sent, count).CopyTo(space);
            reader.Received(count);
            sent += count;
            while (reader.TryRead(out var frame)) came.Add((Encoding.ASCII.GetString(frame.Subject), frame.Payload.Length));
        }

        Assert.Equal([("a", 2), ("b", bytes), ("c", 2)], came);
    }

    private static void Receive(FrameReader reader, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(reader.Space().Span);
        reader.Received(bytes.Length);
    }
}
