using System.Text;
using WsFanout.Intake;
using WsFanout.IntegrationTests.Support;
using WsFanout.Nats;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>Looking at one stored message, to know a stream again by it.</summary>
public sealed class StoredMessageLookTests
{
    public static TheoryData<string> Binaries => [.. NatsServerProcess.Binaries];

    [Theory]
    [MemberData(nameof(Binaries))]
    public async Task What_the_stream_no_longer_holds_is_not_taken_from_a_mirror_that_still_does(string binary)
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Binary = binary });
        await using var broker = await Broker.ConnectAsync(nats);
        var js = broker.Js;
        await js.CreateStreamAsync(new StreamConfig { Name = Broker.Stream, Subjects = ["odin.token.>"], AllowDirect = true });
        for (var i = 1; i <= 3; i++) await js.PublishAsync("odin.token.a", Encoding.UTF8.GetBytes($"{i}"));
        var mirror = $$"""{"name":"M","mirror":{"name":"{{Broker.Stream}}"},"mirror_direct":true,"retention":"limits","storage":"memory","num_replicas":1}""";
        (await js.Connection.RequestAsync("$JS.API.STREAM.CREATE.M", Encoding.UTF8.GetBytes(mirror))).Dispose();
        await Wait.UntilAsync(async () => (await js.GetStreamAsync("M")).State.LastSeq == 3, "the mirror should have all");
        await js.DeleteMessageAsync(Broker.Stream, 2);
        var info = await js.GetStreamAsync(Broker.Stream);
        var same = new SameStream(js, Broker.Stream);

        for (var look = 0; look < 50; look++)
        {
            Assert.Equal(default, await same.AnchorAsync(2, info, CancellationToken.None));
            Assert.Equal(3, (await same.AnchorAsync(3, info, CancellationToken.None)).Sequence);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_is_found_whether_the_stream_may_be_read_directly_or_not(bool allowDirect)
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var broker = await Broker.ConnectAsync(nats);
        await broker.Js.CreateStreamAsync(new StreamConfig { Name = Broker.Stream, Subjects = ["odin.token.>"], AllowDirect = allowDirect });
        await broker.Js.PublishAsync("odin.token.a", "1"u8.ToArray());

        var anchor = await new SameStream(broker.Js, Broker.Stream).AnchorAsync(1, await broker.Js.GetStreamAsync(Broker.Stream), CancellationToken.None);

        Assert.Equal((await broker.Js.GetMessageAsync(Broker.Stream, 1)).TimestampNanos, anchor.Nanos);
    }
}
