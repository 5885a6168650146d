using WsFanout.Transport;

namespace WsFanout.Tests.Transport;

public sealed class UpgradedStreamTests
{
    private static readonly byte[] Message = [0x81, 0x01, (byte)'1'];
    private static readonly byte[] Close = [0x88, 0x02, 0x03, 0xe8];
    private static readonly byte[] Ping = [0x89, 0x00];

    [Fact]
    public async Task A_ping_that_waited_behind_a_close_frame_is_not_sent()
    {
        using var slow = new SlowStream();
        using var stream = new UpgradedStream(slow, TimeProvider.System);

        var message = stream.WriteAsync(Message, CancellationToken.None).AsTask();
        var close = stream.WriteAsync(Close, CancellationToken.None).AsTask();
        var ping = stream.WritePingAsync(CancellationToken.None).AsTask();
        slow.Open();
        await Task.WhenAll(message, close, ping);

        Assert.Equal([.. Message, .. Close], slow.Written);
        Assert.Equal(0, stream.PingSentAt);
    }

    [Fact]
    public async Task A_message_that_waited_behind_a_close_frame_is_not_sent()
    {
        using var slow = new SlowStream();
        using var stream = new UpgradedStream(slow, TimeProvider.System);

        var close = stream.WriteAsync(Close, CancellationToken.None).AsTask();
        var message = stream.WriteAsync(Message, CancellationToken.None).AsTask();
        slow.Open();
        await close;

        await Assert.ThrowsAsync<IOException>(() => message);
        Assert.Equal(Close, slow.Written);
    }

    [Fact]
    public async Task A_ping_goes_between_two_frames_and_tells_when()
    {
        using var slow = new SlowStream();
        using var stream = new UpgradedStream(slow, TimeProvider.System);

        var message = stream.WriteAsync(Message, CancellationToken.None).AsTask();
        var ping = stream.WritePingAsync(CancellationToken.None).AsTask();
        Assert.Equal(0, stream.PingSentAt);
        slow.Open();
        await Task.WhenAll(message, ping);
        await stream.WriteAsync(Message, CancellationToken.None);

        Assert.Equal([.. Message, .. Ping, .. Message], slow.Written);
        Assert.NotEqual(0, stream.PingSentAt);
    }

    /// <summary>Takes what is written once it is open.</summary>
    private sealed class SlowStream : MemoryStream
    {
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public byte[] Written => ToArray();

        public void Open() => _open.SetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await _open.Task;
            Write(buffer.Span);
        }
    }
}
