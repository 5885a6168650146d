using WsFanout.Clients;

namespace WsFanout.Fanout;

/// <summary>Who gets the messages of one channel: the node of its name, and the nodes of all patterns that match it.</summary>
internal sealed class ChannelMatches(string channel, Lanes lanes)
{
    /// <summary>Subscribers of the very name; perhaps none.</summary>
    public SubscriptionNode Exact { get; } = new(channel, isPattern: false, lanes);

    /// <summary>Patterns that matched when <see cref="Generation"/> was the index's.</summary>
    public SubscriptionNode[] Patterns { get; set; } = [];

    /// <summary>Which set of distinct patterns <see cref="Patterns"/> was made from.</summary>
    public int Generation { get; set; }
}
