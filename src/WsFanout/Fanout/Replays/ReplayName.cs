using WsFanout.Messages;

namespace WsFanout.Fanout.Replays;

/// <summary>A name that a replay is over, as its client asked for it.</summary>
internal readonly record struct ReplayName(string Name, bool IsPattern)
{
    public bool Means(string channel) => IsPattern ? ChannelName.Covers(Name, channel) : Name == channel;
}
