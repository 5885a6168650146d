using WsFanout.Testing;

namespace WsFanout.Nats.Tests.RealServer;

public sealed class NextSequenceTests
{
    public static TheoryData<string> Servers => [.. NatsServerProcess.Binaries];

    [Theory, MemberData(nameof(Servers))]
    public async Task The_next_stored_message_is_found_across_what_was_deleted(string binary)
    {
        await using var server = await NatsServerProcess.StartAsync(new() { Binary = binary });
        await using var connection = await NatsClient.OpenAsync(server.Url);
        var js = new NatsJSContext(connection);
        await js.CreateStreamAsync(new() { Name = "S", Subjects = ["s.>"], Storage = StreamConfigStorage.Memory });
        for (var n = 1; n <= 6; n++) await js.PublishAsync($"s.{n}", "1"u8.ToArray());
        foreach (var gone in new[] { 2, 3, 5, 6 }) await js.DeleteMessageAsync("S", gone);

        Assert.Equal(1, await js.NextSequenceAsync("S", 1));
        Assert.Equal(4, await js.NextSequenceAsync("S", 2));
        Assert.Null(await js.NextSequenceAsync("S", 5));
        Assert.Null(await js.NextSequenceAsync("S", 100));
        var missing = await Assert.ThrowsAsync<NatsJSApiException>(() => js.NextSequenceAsync("NONE", 1));
        Assert.Equal(10059, missing.ErrCode);
    }
}
