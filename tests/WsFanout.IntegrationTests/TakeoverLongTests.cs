using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>The long form of <see cref="TakeoverTests"/>.</summary>
[Collection(HeavyTests.Name)]
public sealed class TakeoverLongTests
{
    private const int Times = 1_000;
    private const int AtATime = 40;
    private const int Places = Times + 10;

    [LongFact]
    public Task A_thousand_clients_that_die_at_each_step_leave_nothing() => RunAsync("direct");

    [LongFact]
    public Task A_thousand_clients_that_die_at_each_step_leave_nothing_on_the_stream_way() => RunAsync("stream");

    private static async Task RunAsync(string way)
    {
        await using var server = await AbusedServer.StartAsync(("WS_TRANSPORT", way), ("WS_MAX_CONNECTIONS", $"{Places}"));

        foreach (var step in TakeoverStep.All)
        {
            foreach (var departure in Departure.Kinds)
            {
                await step.RunAsync(server.Address, departure, Times, AtATime);
                await server.AssertNothingIsLeftAsync();
            }
        }

        await server.AssertPlacesAsync(Places);
    }
}
