using WsFanout.Clients;
using WsFanout.History;
using WsFanout.Messages;
using WsFanout.Telemetry;

namespace WsFanout.Fanout.Replays;

/// <summary>Writes what clients missed, step by step: a frame, or null when enough has been looked at for one turn.</summary>
/// <remarks>The worker's thread only; the answers of one worker are written one at a time.</remarks>
internal sealed class ReplayWriter(AnswerWriter answers, ClientMetrics metrics)
{
    /// <summary>The answer to a subscribe with a position: the ack, what is lost, what is held, and the sync.</summary>
    /// <param name="ack">Null when it has been given: then only what follows.</param>
    public IEnumerator<Frame?> Resume(ReplayRange range, byte[]? id, SubscriptionAck? ack)
    {
        var recovery = new Recovery(range);
        foreach (var _ in recovery.Survey()) yield return null;
        if (ack is { } told)
        {
            metrics.ResumeAnswered(recovery.IsWhole ? "recovered" : "gap");
            yield return answers.Subscribed(id, told, range.Mark, recovery.IsWhole, [.. recovery.Rows]);
        }

        foreach (var frame in Missed(range, recovery)) yield return frame;
        yield return answers.Sync(id, range.Mark);
    }

    /// <summary>The answer to a <c>replay</c>.</summary>
    public IEnumerator<Frame?> LookBack(ReplayRange range, byte[]? id)
    {
        var recovery = new Recovery(range);
        yield return answers.ReplayBegin(id, range.Since + 1, range.Mark.Sequence);
        foreach (var _ in recovery.Survey()) yield return null;
        var count = 0;
        foreach (var frame in Missed(range, recovery))
        {
            if (frame is ReplayedMessage) count++;
            yield return frame;
        }

        yield return answers.ReplayComplete(id, count);
    }

    /// <summary>The answer to a subscribe with <c>last</c>: the ack, the newest message of each channel, and the sync.</summary>
    public IEnumerator<Frame?> Snapshots(ReplayRange range, byte[]? id, SubscriptionAck ack)
    {
        yield return answers.Subscribed(id, ack, range.Mark, null, []);
        var starts = new ChannelStarts(range, 0);
        var looks = 0;
        for (var row = 0; row < range.Names.Count; row++)
        {
            if (++looks % Recovery.LooksPerTurn == 0) yield return null;
            if (!range.Names[row].IsPattern && range.Window.Find(range.Names[row].Name) is { } channel && Shot(channel, row) is { } shot) yield return shot;
        }

        foreach (var channel in range.Names.Patterns.Count > 0 ? range.Window.Channels : [])
        {
            if (++looks % Recovery.LooksPerTurn == 0) yield return null;
            if (starts.Find(channel).Row is >= 0 and var row && range.Names[row].IsPattern && Shot(channel, row) is { } shot) yield return shot;
        }

        yield return answers.Sync(id, range.Mark);

        Frame? Shot(HeldChannel channel, int row) =>
            starts.Find(channel).Row == row && channel.NewestUpTo(range.Mark.Sequence) is { } newest ? MessageEncoder.Snapshot(newest) : null;
    }

    private IEnumerable<Frame?> Missed(ReplayRange range, Recovery recovery)
    {
        foreach (var loss in recovery.Losses) yield return Lost(loss);

        var hole = 0;
        foreach (var message in recovery.Kept)
        {
            for (; NextHole(recovery, ref hole, message.Sequence) is { } before; hole++) yield return Again(before, recovery.Floor);
            yield return message.Replayed;
        }

        var looks = 0;
        for (var walk = recovery.Walk(); walk.MoveNext() && walk.Sequence <= range.Mark.Sequence;)
        {
            if (++looks % Recovery.LooksPerTurn == 0) yield return null;
            if (walk.Sequence <= recovery.StartOf(walk.Channel)) continue;
            for (; NextHole(recovery, ref hole, walk.Sequence) is { } before; hole++) yield return Again(before, recovery.Floor);
            if ((walk.Message ?? walk.Channel.Find(walk.Sequence)) is { } message) yield return message.Replayed;
            else yield return Lost(LeftMeanwhile(walk.Sequence, walk.Channel, range, recovery));
        }

        for (; NextHole(recovery, ref hole, range.Mark.Sequence + 1) is { } last; hole++) yield return Again(last, recovery.Floor);
    }

    /// <summary>The next hole that lies below a sequence number; those that were told as lost are passed over.</summary>
    private static Hole? NextHole(Recovery recovery, ref int next, long below)
    {
        while (next < recovery.Holes.Count && recovery.Holes[next].To <= recovery.Floor) next++;
        return next < recovery.Holes.Count && recovery.Holes[next].To < below ? recovery.Holes[next] : null;
    }

    private static Loss LeftMeanwhile(long sequence, HeldChannel channel, ReplayRange range, Recovery recovery)
    {
        var to = Math.Clamp(channel.EvictedSequence, sequence, range.Mark.Sequence);
        recovery.LostSince(channel, to);
        return new Loss(channel.Name, sequence, to);
    }

    private Frame Lost(in Loss loss)
    {
        metrics.GapsTold("window", 1);
        return answers.Gap(loss.Name, loss.From, loss.To, "window");
    }

    private Frame Again(Hole hole, long floor)
    {
        metrics.GapsTold("upstream", 1);
        return hole.From > floor ? hole : answers.Gap(null, floor + 1, hole.To, "upstream");
    }
}
