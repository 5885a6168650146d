namespace WsFanout.Clients;

/// <summary>What all clients of one worker have in common, held once.</summary>
/// <param name="TicksPerSecond">Of the monotonic clock.</param>
internal sealed record ClientShare(ClientOptions Options, Lanes Lanes, QueueShelf Shelf, long TicksPerSecond)
{
    public ClientShare(ClientOptions options, Lanes lanes, long ticksPerSecond)
        : this(options, lanes, new QueueShelf(options), ticksPerSecond)
    {
    }
}
