using System.Text;
using WsFanout.Nats.Protocol;
using WsFanout.Testing;

namespace WsFanout.Nats.Tests.Protocol;

public sealed class OutboxTests
{
    [Fact]
    public async Task What_is_appended_while_somebody_sends_goes_out_together_in_the_next()
    {
        using var outbox = new Outbox();
        Append(outbox, "A");

        Assert.Equal("A", Text(await outbox.TakeAsync()));
        Append(outbox, "B");
        Append(outbox, "C");

        Assert.Equal("BC", Text(await outbox.TakeAsync()));
        var more = outbox.TakeAsync().AsTask();
        Assert.False(more.IsCompleted, "nothing is left to send");
        outbox.End();
        Assert.True((await more).IsEmpty);
    }

    [Fact]
    public async Task Who_appends_alone_sends_alone_and_the_flusher_takes_what_came_meanwhile()
    {
        using var outbox = new Outbox();
        var flusher = outbox.TakeAsync().AsTask();
        Append(outbox, "A", callsFlusher: false);

        Assert.Equal("A", Text(outbox.TryTake()));
        Append(outbox, "B");
        Assert.True(outbox.TryTake().IsEmpty, "somebody sends already");
        Assert.False(flusher.IsCompleted, "two would send at a time");
        outbox.Sent();

        Assert.Equal("B", Text(await flusher));
        Append(outbox, "C", callsFlusher: false);
        Assert.True(outbox.TryTake().IsEmpty, "the flusher sends");
        Assert.Equal("C", Text(await outbox.TakeAsync()));
    }

    [Fact]
    public void Who_has_sent_alone_leaves_the_flusher_asleep_when_nothing_came()
    {
        using var outbox = new Outbox();
        var flusher = outbox.TakeAsync().AsTask();

        for (var i = 0; i < 3; i++)
        {
            Append(outbox, "A", callsFlusher: false);
            Assert.Equal("A", Text(outbox.TryTake()));
            outbox.Sent();
        }

        Assert.False(flusher.IsCompleted);
        outbox.End();
    }

    [Fact]
    public async Task An_end_wakes_the_flusher_and_gives_nobody_anything_more()
    {
        using var outbox = new Outbox();
        var flusher = outbox.TakeAsync().AsTask();
        Append(outbox, "A", callsFlusher: false);

        outbox.End();

        Assert.True((await flusher).IsEmpty);
        Assert.True(outbox.TryTake().IsEmpty);
        Assert.Throws<NatsNotConnectedException>(() => Append(outbox, "B"));
    }

    [Fact]
    public async Task Whoever_sends_every_byte_goes_out_once_and_in_the_order_of_its_appender()
    {
        const int appenders = 4;
        const int frames = 20_000;
        using var outbox = new Outbox();
        var wire = new MemoryStream();
        var sending = 0;
        var flusher = FlushAsync();

        await Task.WhenAll(Enumerable.Range(0, appenders).Select(who => Task.Run(() =>
        {
            for (var i = 0; i < frames; i++)
            {
                var isAlone = i % 3 == 0;
                Append(outbox, $"{who}:{i}\n", callsFlusher: !isAlone);
                if (!isAlone || outbox.TryTake() is not { IsEmpty: false } bytes) continue;
                Send(bytes);
                outbox.Sent();
            }
        })));
        await Wait.UntilAsync(() => Lines().Length == appenders * frames, "everything should have been sent");
        outbox.End();
        await flusher;

        foreach (var who in Enumerable.Range(0, appenders))
        {
            Assert.Equal(Enumerable.Range(0, frames).Select(i => $"{who}:{i}"), Lines().Where(line => line.StartsWith($"{who}:", StringComparison.Ordinal)));
        }

        async Task FlushAsync()
        {
            while (await outbox.TakeAsync() is { IsEmpty: false } bytes) Send(bytes);
        }

        void Send(ReadOnlyMemory<byte> bytes)
        {
            Assert.Equal(1, Interlocked.Increment(ref sending));
            lock (wire) wire.Write(bytes.Span);
            Interlocked.Decrement(ref sending);
        }

        string[] Lines()
        {
            lock (wire) return Encoding.ASCII.GetString(wire.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    private static void Append(Outbox outbox, string frame, bool callsFlusher = true) =>
        Assert.True(outbox.TryAppend(Encoding.ASCII.GetBytes(frame), default, default, body: false, callsFlusher: callsFlusher));

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.ASCII.GetString(bytes.Span);
}
