using WsFanout.Clients;
using WsFanout.Fanout.Replays;
using WsFanout.Messages;
using WsFanout.Telemetry;

namespace WsFanout.Fanout;

/// <summary>Meets the requests of one worker's clients: judges names, keeps the limits, joins and leaves nodes, answers.</summary>
/// <remarks>The worker's thread only. A request is met in one step, so its answer's position is exactly what has been dealt before it.</remarks>
internal sealed class RequestHandler
{
    private readonly ClientOptions _options;
    private readonly SubscriptionIndex _index;
    private readonly Roster _roster;
    private readonly Dealer _dealer;
    private readonly AnswerWriter _answers;
    private readonly AccessControl _access;
    private readonly WorkerContext _context;
    private readonly WorkerCounters _counters;
    private readonly ResumeHandler _resumes;
    private readonly AheadResumes _ahead = new();

    private long _aheadNumber;

    // How far the worker had dealt, and when the stream had been looked at, when those ahead were looked at last.
    private (Position Position, long StreamAt) _lookedAt;

    public RequestHandler(WorkerContext context, SubscriptionIndex index, Roster roster, Dealer dealer, AnswerWriter answers, AccessControl access)
    {
        _context = context;
        _options = context.ClientOptions;
        _index = index;
        _roster = roster;
        _dealer = dealer;
        _answers = answers;
        _access = access;
        _counters = context.Metrics.Counters;
        _resumes = new ResumeHandler(context, roster, dealer, answers);
    }

    /// <summary>A whole text message has come from a client that is not being closed.</summary>
    public void Receive(Client client, ReadOnlySpan<byte> text, long now)
    {
        _counters.RequestReceived();
        switch (client.Charge(now))
        {
            case RequestVerdict.Allowed:
                Meet(client, RequestReader.Read(text), now);
                break;
            case RequestVerdict.Above when client.MayHearOfRate(now):
                Answer(client, _answers.Error(null, ErrorCode.RateLimited, $"more than {_options.RequestsPerSecond} requests a second; this one was ignored"));
                break;
            case RequestVerdict.FarAbove:
                _roster.Close(client, CloseReason.RateExceeded);
                break;
        }
    }

    /// <summary>Acts on a message, or says what is wrong with it.</summary>
    public void Meet(Client client, in ReadRequest read, long now)
    {
        if (read.Problem is { } problem)
        {
            Answer(client, _answers.Error(problem.Id, problem.Code, problem.Message));
            if (client.CountBadRequest(now)) _roster.Close(client, CloseReason.BadRequests);
            return;
        }

        var request = read.Request!;
        if (AccessControl.Objection(client, request.Kind) is { } objection)
        {
            Answer(client, _answers.Error(request.Id, ErrorCode.Unauthorized, objection));
            return;
        }

        switch (request.Kind)
        {
            case RequestKind.Subscribe:
                Subscribe(client, request);
                break;
            case RequestKind.Unsubscribe:
                Unsubscribe(client, request);
                break;
            case RequestKind.Heartbeat:
                Answer(client, _answers.Pong(request.Id, _context.Time.GetUtcNow().ToUnixTimeMilliseconds(), _dealer.Position));
                break;
            case RequestKind.Replay:
                _resumes.LookBack(client, request, _ahead.NamesOf(client));
                break;
            case RequestKind.Auth:
                Authenticate(client, request, now);
                break;
        }
    }

    private void Authenticate(Client client, ClientRequest request, long now)
    {
        var before = client.Access?.Claims;
        Answer(client, _access.Authenticate(client, request, now));
        if (client.Access is not { } access) return;
        if (ReferenceEquals(access.Claims, before))
        {
            // Each check of a token costs CPU: who has none that holds may not go on trying.
            if (client.CountBadRequest(now)) _roster.Close(client, CloseReason.BadRequests);
            return;
        }

        List<string> left = [.. _access.LeaveForbidden(client, access), .. _ahead.LeaveAll(client, name => !access.Allows(name))];
        if (left.Count > 0) Answer(client, _answers.Unsubscribed(null, left, CountOf(client)));
        if (access.TakeWaiting() is { } waiting) Meet(client, waiting, now);
    }

    /// <summary>Meets the resumes that waited for the server to come to where their clients were. Once a turn.</summary>
    public void MeetAhead()
    {
        if (_ahead.IsEmpty) return;
        var end = _context.Tail.End;
        if ((_dealer.Position, end.LookedAt) == _lookedAt) return;
        _lookedAt = (_dealer.Position, end.LookedAt);
        foreach (var resume in _ahead.TakeReady(_dealer.Position.Sequence, _dealer.Generation, end))
        {
            if (resume.Client.Closing is not null) continue;
            var before = resume.Client.Subscriptions.Count;
            var joined = resume.Names.Where(name => Join(resume.Client, name)).ToArray();
            _resumes.Reached(resume, joined, before, resume.Generation == _dealer.Generation && resume.IsBehind(end));
        }

        if (!_ahead.IsEmpty) _context.Tail.WantLook();
    }

    /// <summary>The client is gone, with all that it waits for.</summary>
    public void Forget(Client client) => _ahead.Forget(client);

    private void Subscribe(Client client, ClientRequest request)
    {
        var accepted = new List<string>();
        var before = client.Subscriptions.Count;
        var ahead = _resumes.IsAhead(request)
            ? new AheadResume(++_aheadNumber, client, request.Id, request.Since!.Value, request.At, request.Epoch!, _dealer.Generation, _context.Time.GetTimestamp())
            : null;
        if (ahead is not null && !_ahead.TryAdd(ahead))
        {
            Answer(client, _answers.Error(request.Id, ErrorCode.Unavailable, "too many resumes from above the server's position are waiting"));
            return;
        }

        if (ahead is not null) _context.Tail.WantLook();
        var added = request.Since is not null && ahead is null ? new NewNames(client) : null;
        var refusals = new Refusals(_answers, request.Id, _options.SendQueueBytes / 2);
        foreach (var name in request.Channels)
        {
            var kind = ChannelName.Classify(name, _options.MaxChannelLength);
            if (Refusal(client, name, kind) is { } refusal)
            {
                refusals.Add(refusal.Code, refusal.Message);
                continue;
            }

            accepted.Add(name);
            var wanted = new ReplayName(name, kind == NameKind.Pattern);
            if (ahead is not null) Wait(ahead, wanted);
            else if (!_ahead.Has(client, wanted) && Join(client, wanted)) added?.Add(wanted);
        }

        AnswerSubscribe(client, request, accepted, added, before, ahead);
        foreach (var frame in refusals.Frames) Answer(client, frame);
    }

    private void AnswerSubscribe(Client client, ClientRequest request, List<string> accepted, NewNames? added, int before, AheadResume? ahead)
    {
        var ack = new SubscriptionAck(accepted, CountOf(client));
        if (ahead is not null) _resumes.Acknowledge(client, request.Id, ack);
        else if (added is not null) _resumes.Resume(client, request, ack, added.Names, before);
        else if (request.Last) _resumes.ShowLast(client, request.Id, ack, [.. accepted.Distinct().Select(name => new ReplayName(name, ChannelName.Classify(name, _options.MaxChannelLength) == NameKind.Pattern))]);
        else Answer(client, _answers.Subscribed(request.Id, ack, _dealer.Position, null, []));
    }

    private int CountOf(Client client) => client.Subscriptions.Count + _ahead.CountOf(client).Names;

    /// <returns>False when the client is subscribed to it already.</returns>
    private bool Join(Client client, in ReplayName name)
    {
        var node = _index.NodeFor(name.Name, name.IsPattern);
        if (client.Subscriptions.Contains(node)) return false;
        client.Subscriptions.Add(client, node);
        _counters.SubscriptionsChanged(+1);
        return true;
    }

    private void Wait(AheadResume ahead, in ReplayName name)
    {
        if (!IsSubscribed(ahead.Client, name)) _ahead.Add(ahead, name);
    }

    private bool IsSubscribed(Client client, in ReplayName name) =>
        (_index.FindNode(name.Name, name.IsPattern) is { } node && client.Subscriptions.Contains(node)) || _ahead.Has(client, name);

    private (string Code, string Message)? Refusal(Client client, string name, NameKind kind)
    {
        var isPattern = kind == NameKind.Pattern;
        if (kind != NameKind.Channel && !isPattern) return (ErrorCode.InvalidChannel, NameProblem(name, kind));
        if (AccessControl.Refusal(client, name) is { } forbidden) return forbidden;
        if (IsSubscribed(client, new ReplayName(name, isPattern))) return null;
        if (CountOf(client) >= _options.MaxChannels)
        {
            return (ErrorCode.TooManyChannels, $"\"{RequestReader.Shorten(name)}\": at most {_options.MaxChannels} subscriptions");
        }

        return isPattern && client.Subscriptions.Patterns + _ahead.CountOf(client).Patterns >= _options.MaxPatterns
            ? (ErrorCode.TooManyChannels, $"\"{RequestReader.Shorten(name)}\": at most {_options.MaxPatterns} patterns")
            : null;
    }

    private void Unsubscribe(Client client, ClientRequest request)
    {
        var left = new List<string>();
        var refusals = new Refusals(_answers, request.Id, _options.SendQueueBytes / 2);
        foreach (var name in request.Channels)
        {
            var kind = ChannelName.Classify(name, _options.MaxChannelLength);
            if (kind is not (NameKind.Channel or NameKind.Pattern))
            {
                refusals.Add(ErrorCode.InvalidChannel, NameProblem(name, kind));
            }
            else if (Leave(client, new ReplayName(name, kind == NameKind.Pattern)))
            {
                left.Add(name);
            }
        }

        Answer(client, _answers.Unsubscribed(request.Id, left, CountOf(client)));
        foreach (var frame in refusals.Frames) Answer(client, frame);
    }

    private string NameProblem(string name, NameKind kind)
    {
        var problem = kind switch
        {
            NameKind.EmptyToken => "has an empty token",
            NameKind.TooLong => $"is longer than {_options.MaxChannelLength} bytes",
            NameKind.TailNotLast => "has a > that is not the last token",
            _ => "has a control character, white space or invalid Unicode",
        };
        return $"\"{RequestReader.Shorten(name)}\" {problem}";
    }

    /// <returns>False when the client was not subscribed to it.</returns>
    private bool Leave(Client client, in ReplayName name)
    {
        var waited = _ahead.Leave(client, name);
        if (_index.FindNode(name.Name, name.IsPattern) is not { } node || !client.Subscriptions.Remove(node)) return waited;
        _counters.SubscriptionsChanged(-1);
        _index.Left(node);
        return true;
    }

    private void Answer(Client client, Frame frame) => _roster.Answer(client, frame);
}
