namespace WsFanout.IntegrationTests.Support;

/// <summary>How a client goes without the manners of the protocol.</summary>
internal static class Departure
{
    public static readonly IReadOnlyList<string> Kinds = ["reset", "end", "half"];

    /// <param name="kind">A reset; an end of both directions; or the end of its own alone, after which it waits for the server's.</param>
    public static async Task GoAsync(RawClient client, string kind)
    {
        switch (kind)
        {
            case "reset":
                client.Reset();
                break;
            case "half":
                client.EndSending();
                await client.DrainAsync();
                break;
        }

        client.Dispose();
    }
}
