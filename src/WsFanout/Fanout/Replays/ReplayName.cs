using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Fanout.Replays;

/// <summary>A name that a replay is over, as its client asked for it.</summary>
internal readonly record struct ReplayName(string Name, bool IsPattern)
{
    /// <summary>The names of a client's first subscriptions.</summary>
    public static ReplayName[] Of(Client client, int count)
    {
        var names = new ReplayName[count];
        for (var i = 0; i < count; i++) names[i] = new ReplayName(client.Subscriptions[i].Name, client.Subscriptions[i].IsPattern);
        return names;
    }

    public bool Means(string channel) => IsPattern ? ChannelName.Covers(Name, channel) : Name == channel;
}
