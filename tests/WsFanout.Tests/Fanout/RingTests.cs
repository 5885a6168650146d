using System.Runtime.CompilerServices;
using WsFanout.Fanout;
using WsFanout.Messages;

namespace WsFanout.Tests.Fanout;

public sealed class RingTests
{
    private static readonly Channel Channel = new("a");

    [Fact]
    public void It_takes_as_many_messages_as_it_is_told_and_no_more()
    {
        var ring = new Ring(new FanoutOptions { RingMessages = 5 }, readers: 1);

        for (var i = 0; i < 5; i++) Assert.True(ring.TryAdd(Message(i)));

        Assert.False(ring.TryAdd(Message(5)));
        ring.Advance(0, 1);
        Assert.True(ring.TryAdd(Message(5)));
        Assert.Equal(5, ring.Depth);
    }

    [Fact]
    public void It_takes_as_many_bytes_as_it_is_told_but_one_entry_of_any_size_when_empty()
    {
        var ring = new Ring(new FanoutOptions { RingMessages = 100, RingBytes = 1000 }, readers: 1);

        Assert.True(ring.TryAdd(Message(1, payloadBytes: 5000)));
        Assert.False(ring.TryAdd(Message(2)));
        ring.Advance(0, 1);
        Assert.True(ring.TryAdd(Message(2, payloadBytes: 600)));
        Assert.False(ring.TryAdd(Message(3, payloadBytes: 600)));
    }

    [Fact]
    public void The_slowest_reader_decides()
    {
        var ring = new Ring(new FanoutOptions { RingMessages = 2 }, readers: 3);
        ring.TryAdd(Message(1));
        ring.TryAdd(Message(2));

        ring.Advance(0, 2);
        ring.Advance(2, 2);
        Assert.False(ring.TryAdd(Message(3)));
        ring.Advance(1, 1);

        Assert.True(ring.TryAdd(Message(3)));
        Assert.False(ring.TryAdd(Message(4)));
    }

    [Fact]
    public void A_frame_that_everybody_has_read_is_let_go()
    {
        var ring = new Ring(new FanoutOptions { RingMessages = 8 }, readers: 1);
        var read = AddAndForget(ring);

        ring.Advance(0, 1);
        ring.Room();
        GC.Collect();

        Assert.False(read.IsAlive);
    }

    [Fact]
    public async Task A_writer_that_waits_for_room_goes_on_when_a_reader_moves()
    {
        var ring = new Ring(new FanoutOptions { RingMessages = 1 }, readers: 1);
        await ring.AddAsync(Message(1), CancellationToken.None);

        var waits = ring.AddAsync(Message(2), CancellationToken.None).AsTask();
        Assert.False(waits.IsCompleted);
        ring.Advance(0, 1);

        await waits.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(2, ring[1].Sequence);
    }

    [Fact]
    public async Task Every_reader_sees_every_entry_in_order_while_the_writer_writes()
    {
        const int entries = 200_000;
        var ring = new Ring(new FanoutOptions { RingMessages = 64 }, readers: 2);
        var readers = Enumerable.Range(0, 2).Select(reader => Task.Factory.StartNew(() => ReadAll(ring, reader, entries), TaskCreationOptions.LongRunning)).ToArray();

        var message = Enumerable.Range(0, 16).Select(i => Message(i)).ToArray();
        for (var i = 0; i < entries; i++) await ring.AddAsync(message[i % 16], CancellationToken.None);

        Assert.All(await Task.WhenAll(readers).WaitAsync(TimeSpan.FromSeconds(60)), Assert.True);
    }

    private static bool ReadAll(Ring ring, int reader, int entries)
    {
        for (var cursor = 0L; cursor < entries;)
        {
            var head = ring.Head;
            for (; cursor < head; cursor++)
            {
                if (ring[cursor].Sequence != cursor % 16) return false;
            }

            ring.Advance(reader, cursor);
            Thread.Yield();
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference AddAndForget(Ring ring)
    {
        var message = Message(1);
        ring.TryAdd(message);
        return new WeakReference(message);
    }

    private static Message Message(long sequence, int payloadBytes = 10) =>
        MessageEncoder.Encode(Channel, sequence, 0, 0, new byte[payloadBytes].Select(_ => (byte)'1').ToArray(), 0);
}
