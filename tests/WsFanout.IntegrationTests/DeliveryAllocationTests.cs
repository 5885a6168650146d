using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>What a delivery costs the collector on the direct way: nothing.</summary>
public sealed class DeliveryAllocationTests
{
    private const int Clients = 100;
    private const int Messages = 1_000;

    /// <summary>The smallest object is 24 bytes: one for each delivery would be fifty times as much. One for each message is allowed.</summary>
    private const long Most = Clients * Messages / 2;

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(50)]
    public async Task A_hundred_thousand_deliveries_allocate_nothing(int atATime)
    {
        await using var worker = new BareWorker();
        var clients = new List<RawClient>();
        for (var i = 0; i < Clients; i++) clients.Add(await worker.JoinAsync());
        await DeliverAsync(worker, clients, 2 * atATime, atATime);
        var before = await worker.AllocatedBytesAsync();

        await DeliverAsync(worker, clients, Messages, atATime);

        Assert.InRange(await worker.AllocatedBytesAsync() - before, 0, Most);
        foreach (var client in clients) client.Dispose();
    }

    private static async Task DeliverAsync(BareWorker worker, List<RawClient> clients, int messages, int atATime)
    {
        for (var done = 0; done < messages; done += atATime)
        {
            var published = Enumerable.Range(0, atATime).Select(_ => worker.Publish("""{"price":"67123.45","size":"0.017"}""")).ToList();
            foreach (var client in clients)
            {
                foreach (var sequence in published) Assert.Equal(sequence, (await client.ReadAsync("message")).Json["seq"]!.GetValue<long>());
            }
        }
    }
}
