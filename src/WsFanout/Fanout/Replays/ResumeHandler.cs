using WsFanout.Clients;
using WsFanout.History;

namespace WsFanout.Fanout.Replays;

/// <summary>Decides how a client that asks for what it missed is answered: from the History, as another stream's, or later.</summary>
/// <remarks>The worker's thread only. Subscriptions, mark and answer are one step, so nothing is given twice and nothing falls between.</remarks>
internal sealed class ResumeHandler(WorkerContext context, Roster roster, Dealer dealer, AnswerWriter answers)
{
    private readonly MessageHistory _history = context.History;
    private readonly ReplayWriter _writer = new(answers, context.ClientMetrics);

    /// <summary>Whether a request's position lies above what this worker has dealt of the same stream.</summary>
    public bool IsAhead(ClientRequest request) => request.Since > dealer.Position.Sequence && request.Epoch == dealer.Position.Epoch;

    /// <summary>Answers a subscribe with a position. What it asked for is subscribed to already.</summary>
    /// <param name="added">Names that nothing has covered before.</param>
    /// <param name="before">Subscriptions that the client had before; they are its first.</param>
    public void Resume(Client client, ClientRequest request, in SubscriptionAck ack, IReadOnlyList<ReplayName> added, int before)
    {
        var mark = dealer.Position;
        var since = request.Since!.Value;
        if (request.Epoch != mark.Epoch || Contradicts(since, request.At))
        {
            AnswerAtOnce(client, request.Id, ack, recovered: false, "reset");
            roster.Answer(client, answers.Reset(mark));
            roster.Answer(client, answers.Sync(request.Id, mark));
            return;
        }

        if (since >= mark.Sequence || added.Count == 0)
        {
            AnswerAtOnce(client, request.Id, ack, recovered: true, "recovered");
            roster.Answer(client, answers.Sync(request.Id, mark));
            return;
        }

        if (RangeOf(client, new ReplayNames(added), ReplayNames.Of(client, before), since) is { } range)
        {
            roster.Answer(client, new Replay(_writer.Resume(range, request.Id, ack), isLookBack: false));
            return;
        }

        // The intake follows another stream already, which this worker's clients will hear of next.
        AnswerAtOnce(client, request.Id, ack, recovered: false, "gap");
        foreach (var name in added) roster.Answer(client, answers.Gap(name.Name, since + 1, mark.Sequence, "window"));
        context.ClientMetrics.GapsTold("window", added.Count);
        roster.Answer(client, answers.Sync(request.Id, mark));
    }

    /// <summary>Says that a position which this server has not reached is a good one.</summary>
    public void Acknowledge(Client client, byte[]? id, in SubscriptionAck ack) => AnswerAtOnce(client, id, ack, recovered: true, "recovered");

    /// <summary>The server has come to where a client was ahead of it, or the stream is another one by now.</summary>
    /// <param name="joined">What is subscribed to from here on.</param>
    /// <param name="before">As for <see cref="Resume"/>.</param>
    /// <param name="isRolledBack">Whether the stream ends before the client's position: it is not the one that the client was given.</param>
    public void Reached(AheadResume resume, IReadOnlyList<ReplayName> joined, int before, bool isRolledBack)
    {
        var mark = dealer.Position;
        var client = resume.Client;
        var isSame = resume.Generation == dealer.Generation;

        // Not earlier: only now the neighbourhood of the position is held, and a broker's clock may have stepped before it.
        var isOther = isRolledBack || (isSame && Contradicts(resume.Since, resume.At));
        if (isOther) roster.Answer(client, answers.Reset(mark));
        if (isSame && !isOther && resume.Since < mark.Sequence && joined.Count > 0
            && RangeOf(client, new ReplayNames(joined), ReplayNames.Of(client, before), resume.Since) is { } range)
        {
            roster.Answer(client, new Replay(_writer.Resume(range, resume.Id, ack: null), isLookBack: false));
        }
        else
        {
            roster.Answer(client, answers.Sync(resume.Id, mark));
        }
    }

    /// <summary>Answers a subscribe with <c>last</c>. What it asked for is subscribed to already.</summary>
    public void ShowLast(Client client, byte[]? id, in SubscriptionAck ack, IReadOnlyList<ReplayName> accepted)
    {
        if (RangeOf(client, new ReplayNames(accepted), ReplayNames.None, 0) is { } range)
        {
            roster.Answer(client, new Replay(_writer.Snapshots(range, id, ack), isLookBack: false));
            return;
        }

        roster.Answer(client, answers.Subscribed(id, ack, dealer.Position, null, []));
        roster.Answer(client, answers.Sync(id, dealer.Position));
    }

    /// <summary>Answers a <c>replay</c>, over all that the client is subscribed to, up to what this server has dealt.</summary>
    /// <param name="waiting">Names of the client's resumes that wait: they count as subscriptions.</param>
    public void LookBack(Client client, ClientRequest request, IReadOnlyCollection<ReplayName> waiting)
    {
        if (client.HasLookBack)
        {
            roster.Answer(client, answers.Error(request.Id, ErrorCode.ReplayBusy, "the replay before this one is not complete"));
            return;
        }

        var since = request.Since!.Value;
        var mark = dealer.Position.Sequence;
        if (since < mark && RangeOf(client, ReplayNames.Of(client, waiting), ReplayNames.None, since) is { } range)
        {
            roster.Answer(client, new Replay(_writer.LookBack(range, request.Id), isLookBack: true));
            return;
        }

        roster.Answer(client, answers.ReplayBegin(request.Id, since + 1, Math.Max(since, mark)));
        if (since < mark) roster.Answer(client, answers.Gap(null, since + 1, mark, "window"));
        roster.Answer(client, answers.ReplayComplete(request.Id, 0));
    }

    private void AnswerAtOnce(Client client, byte[]? id, in SubscriptionAck ack, bool recovered, string outcome)
    {
        context.ClientMetrics.ResumeAnswered(outcome);
        roster.Answer(client, answers.Subscribed(id, ack, dealer.Position, recovered, []));
    }

    /// <returns>Null when the History is of another stream than this worker's position.</returns>
    private ReplayRange? RangeOf(Client client, ReplayNames names, ReplayNames covered, long since)
    {
        var window = _history.Window;
        return client.Closing is null && window.Generation == dealer.Generation ? new ReplayRange(window, names, covered, since, dealer.Position) : null;
    }

    private bool Contradicts(long since, long? at) =>
        at is { } atMs && _history.Window is { } window && window.Generation == dealer.Generation && window.Contradicts(since, atMs);
}
