using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Fanout.Replays;

/// <summary>A subscribe with a position that this server has not reached: acknowledged, and met when it has.</summary>
/// <param name="Number">Unique among its worker's.</param>
/// <param name="At">The time that came with <paramref name="Since"/>, unix milliseconds: whether it fits shows when the server is there.</param>
/// <param name="Epoch">Of the stream that <paramref name="Since"/> counts in.</param>
/// <param name="Generation">Of that stream in this process.</param>
/// <param name="AskedAt">Ticks of the monotonic clock.</param>
internal sealed record AheadResume(long Number, Client Client, byte[]? Id, long Since, long? At, string Epoch, int Generation, long AskedAt)
{
    /// <summary>What is to be subscribed to then. Filled and emptied by <see cref="AheadResumes"/>.</summary>
    public HashSet<ReplayName> Names { get; } = [];

    /// <summary>Whether the stream was seen to end before the client's position, after the client had asked: it is not the one that the client was given.</summary>
    public bool IsBehind(StreamEnd end) => end.Epoch == Epoch && end.Sequence < Since && end.LookedAt > AskedAt;
}
