using System.Buffers.Binary;
using WsFanout.Clients;
using WsFanout.Messages;
using WsFanout.Transport.Frames;

namespace WsFanout.Tests.Transport.Frames;

/// <summary>The reader against a model that knows the whole stream, whatever pieces it comes in.</summary>
public sealed class FrameReaderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Whatever_pieces_frames_come_in_the_same_messages_come_out(int seed)
    {
        var random = new Random(seed);
        var expected = new List<string>();
        var stream = new List<byte>();
        for (var i = 0; i < 300; i++) AddSomething(random, stream, expected);

        foreach (var most in new[] { 1, 3, 17, 1_000, 16_384, int.MaxValue })
        {
            Assert.Equal(expected, ReadInPieces([.. stream], random, most));
        }
    }

    [Fact]
    public void What_comes_whole_allocates_nothing()
    {
        var reader = new FrameReader(16_384, takesBinary: false, TimeProvider.System);
        var frame = Frame(Opcode.Text, true, "{\"type\":\"heartbeat\"}"u8.ToArray(), 0);
        PartialMessage? partial = null;
        var before = 0L;
        for (var i = 0; i < 1_100; i++)
        {
            if (i == 100) before = GC.GetAllocatedBytesForCurrentThread();
            var unread = frame.AsSpan();
            if (reader.Next(ref partial, ref unread, out _) != Incoming.Text) Assert.Fail("it should be a whole text");
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024);
    }

    [Fact]
    public void Nothing_is_kept_between_two_messages()
    {
        var reader = new FrameReader(16_384, takesBinary: false, TimeProvider.System);
        PartialMessage? partial = null;
        foreach (var piece in Frame(Opcode.Text, true, new byte[1_000], 7).Chunk(100))
        {
            var unread = piece.AsSpan();
            reader.Next(ref partial, ref unread, out _);
        }

        Assert.Null(partial);
    }

    [Theory]
    [InlineData(1UL << 63, "protocol_error")]
    [InlineData(ulong.MaxValue, "protocol_error")]
    [InlineData((1UL << 63) - 1, "message_too_big")]
    [InlineData(1UL << 31, "message_too_big")]
    [InlineData(1UL << 30, "message_too_big")]
    [InlineData(100_000UL, "message_too_big")]
    [InlineData(125UL, "protocol_error")]
    public void A_length_is_judged_by_the_header_alone(ulong length, string label)
    {
        var reader = new FrameReader(16_384, takesBinary: false, TimeProvider.System);
        var header = new byte[14];
        (header[0], header[1]) = (0x81, 0xFF);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(2), length);
        PartialMessage? partial = null;
        var unread = header.AsSpan();

        Assert.Equal(Incoming.Violation, reader.Next(ref partial, ref unread, out _));
        Assert.Equal(label, reader.Violation.Label);
    }

    [Fact]
    public void Fragments_together_are_no_longer_than_a_message_may_be()
    {
        var reader = new FrameReader(100, takesBinary: false, TimeProvider.System);
        PartialMessage? partial = null;
        var unread = Frame(Opcode.Text, false, new byte[60], 1).AsSpan();
        Assert.Equal(Incoming.NeedsMore, reader.Next(ref partial, ref unread, out _));

        unread = Frame(Opcode.Continuation, true, new byte[41], 1).AsSpan();

        Assert.Equal(Incoming.Violation, reader.Next(ref partial, ref unread, out _));
        Assert.Equal(CloseReason.MessageTooBig, reader.Violation);
    }

    [Theory]
    [InlineData("61E282", "AC", true)]
    [InlineData("61E2", "82AC", true)]
    [InlineData("61E282", "41", false)]
    [InlineData("61FF", "41", false)]
    [InlineData("61EDA0", "80", false)]
    public void A_character_may_be_cut_by_fragments_and_must_go_on_as_one(string first, string second, bool isValid)
    {
        var reader = new FrameReader(100, takesBinary: false, TimeProvider.System);
        PartialMessage? partial = null;
        byte[] both = [.. Frame(Opcode.Text, false, Convert.FromHexString(first), 5), .. Frame(Opcode.Continuation, true, Convert.FromHexString(second), 6)];
        var unread = both.AsSpan();

        Assert.Equal(isValid ? Incoming.Text : Incoming.Violation, reader.Next(ref partial, ref unread, out _));
        if (!isValid) Assert.Equal(CloseReason.InvalidUtf8, reader.Violation);
    }

    private static List<string> ReadInPieces(byte[] stream, Random random, int most)
    {
        var reader = new FrameReader(1 << 20, takesBinary: true, TimeProvider.System);
        PartialMessage? partial = null;
        var came = new List<string>();
        for (var at = 0; at < stream.Length;)
        {
            var piece = Math.Min(stream.Length - at, most == int.MaxValue ? most : random.Next(1, most + 1));
            var unread = stream.AsSpan(at, piece);
            at += piece;
            while (reader.Next(ref partial, ref unread, out var payload) is var what and not Incoming.NeedsMore)
            {
                Assert.NotEqual(Incoming.Violation, what);
                came.Add($"{what} {Convert.ToHexString(payload)}");
            }
        }

        Assert.Null(partial);
        return came;
    }

    private static void AddSomething(Random random, List<byte> stream, List<string> expected)
    {
        if (random.Next(4) == 0)
        {
            AddControl(random, stream, expected);
            return;
        }

        var isText = random.Next(2) == 0;
        var payload = isText ? RandomText(random) : RandomBytes(random, 3_000);
        var opcode = isText ? Opcode.Text : Opcode.Binary;
        var begun = 0;
        for (var fragments = random.Next(4); fragments > 0; fragments--)
        {
            var length = random.Next(payload.Length - begun + 1);
            stream.AddRange(Frame(opcode, false, payload[begun..(begun + length)], random.Next()));
            begun += length;
            opcode = Opcode.Continuation;
            if (random.Next(3) == 0) AddControl(random, stream, expected);
        }

        stream.AddRange(Frame(opcode, true, payload[begun..], random.Next()));
        expected.Add($"{(isText ? Incoming.Text : Incoming.Binary)} {Convert.ToHexString(payload)}");
    }

    private static void AddControl(Random random, List<byte> stream, List<string> expected)
    {
        var isPing = random.Next(2) == 0;
        var payload = RandomBytes(random, 126);
        stream.AddRange(Frame(isPing ? Opcode.Ping : Opcode.Pong, true, payload, random.Next()));
        expected.Add($"{(isPing ? Incoming.Ping : Incoming.Pong)} {Convert.ToHexString(payload)}");
    }

    private static byte[] RandomText(Random random) =>
        System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1_000)).Select(_ => random.GetItems(["a", "é", "€", "😀"], 1)[0])));

    private static byte[] RandomBytes(Random random, int below)
    {
        var bytes = new byte[random.Next(below)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Frame(byte opcode, bool isFinal, byte[] payload, int key)
    {
        var whole = WsFanout.Messages.Frame.Of(opcode, payload);
        byte[] header = [.. whole.Bytes.AsSpan(0, whole.HeaderLength)];
        if (!isFinal) header[0] &= 0x7F;
        header[1] |= 0x80;
        var mask = BitConverter.GetBytes(key);
        return [.. header, .. mask, .. payload.Select((value, index) => (byte)(value ^ mask[index % 4]))];
    }
}
