using WsFanout.Clients;
using WsFanout.Messages;
using WsFanout.Telemetry;

namespace WsFanout.Fanout;

/// <summary>Meets the requests of one worker's clients: judges names, keeps the limits, joins and leaves nodes, answers.</summary>
/// <remarks>The worker's thread only. A request is met in one step, so its answer's position is exactly what has been dealt before it.</remarks>
internal sealed class RequestHandler
{
    /// <summary>Channels of one request that get a gap each; above, one gap stands for all where it may.</summary>
    private const int MaxSingleGaps = 100;

    private readonly ClientOptions _options;
    private readonly SubscriptionIndex _index;
    private readonly Roster _roster;
    private readonly Dealer _dealer;
    private readonly AnswerWriter _answers;
    private readonly AccessControl _access;
    private readonly WorkerContext _context;
    private readonly WorkerCounters _counters;

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
                Answer(client, _answers.Error(request.Id, ErrorCode.Unavailable, "this version does not replay"));
                break;
            case RequestKind.Auth:
                Authenticate(client, request, now);
                break;
        }
    }

    private void Authenticate(Client client, ClientRequest request, long now)
    {
        var before = client.Access?.Claims;
        foreach (var frame in _access.Authenticate(client, request, now)) Answer(client, frame);
        if (client.Access is not { } access) return;

        // Each check of a token costs CPU: who has none that holds may not go on trying.
        if (ReferenceEquals(access.Claims, before) && client.CountBadRequest(now)) _roster.Close(client, CloseReason.BadRequests);
        if (access.Claims is not null && access.TakeWaiting() is { } waiting) Meet(client, waiting, now);
    }

    private void Subscribe(Client client, ClientRequest request)
    {
        if (request.Last)
        {
            Answer(client, _answers.Error(request.Id, ErrorCode.Unavailable, "this version has no snapshots: subscribe without \"last\""));
            return;
        }

        var accepted = new List<string>();
        var added = new List<string>();
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
            var node = _index.NodeFor(name, kind == NameKind.Pattern);
            if (client.Subscriptions.Contains(node)) continue;

            // What a pattern of the client's has been giving it already was not missed.
            if (request.Since is not null && !IsCovered(client, name)) added.Add(name);
            client.Subscriptions.Add(client, node);
            _counters.SubscriptionsChanged(+1);
        }

        AnswerSubscribe(client, request, accepted, added);
        foreach (var frame in refusals.Frames) Answer(client, frame);
    }

    private static bool IsCovered(Client client, string name)
    {
        for (var i = 0; client.Subscriptions.Patterns > 0 && i < client.Subscriptions.Count; i++)
        {
            if (client.Subscriptions[i].IsPattern && ChannelName.Covers(client.Subscriptions[i].Name, name)) return true;
        }

        return false;
    }

    private (string Code, string Message)? Refusal(Client client, string name, NameKind kind)
    {
        var isPattern = kind == NameKind.Pattern;
        if (kind != NameKind.Channel && !isPattern) return (ErrorCode.InvalidChannel, NameProblem(name, kind));
        if (AccessControl.Refusal(client, name) is { } forbidden) return forbidden;
        if (_index.FindNode(name, isPattern) is { } node && client.Subscriptions.Contains(node)) return null;
        if (client.Subscriptions.Count >= _options.MaxChannels)
        {
            return (ErrorCode.TooManyChannels, $"\"{RequestReader.Shorten(name)}\": at most {_options.MaxChannels} subscriptions");
        }

        return isPattern && client.Subscriptions.Patterns >= _options.MaxPatterns
            ? (ErrorCode.TooManyChannels, $"\"{RequestReader.Shorten(name)}\": at most {_options.MaxPatterns} patterns")
            : null;
    }

    /// <summary>The ack, and what belongs to it when the client gave a position: this version replays nothing and says so, exactly.</summary>
    private void AnswerSubscribe(Client client, ClientRequest request, List<string> accepted, List<string> added)
    {
        var position = _dealer.Position;
        var sameStream = request.Epoch == position.Epoch;
        bool? recovered = request.Since is { } since ? sameStream && (since >= position.Sequence || added.Count == 0) : null;
        Answer(client, _answers.Subscribed(request.Id, accepted, client.Subscriptions.Count, position, recovered));
        if (recovered is null) return;

        if (!sameStream)
        {
            Answer(client, _answers.Reset(position));
        }
        else if (recovered is false)
        {
            TellGaps(client, added, request.Since!.Value + 1, position.Sequence);
        }

        _context.ClientMetrics.ResumeAnswered(recovered is true ? "recovered" : sameStream ? "gap" : "reset");
        Answer(client, _answers.Sync(request.Id, position));
    }

    private void TellGaps(Client client, List<string> added, long from, long to)
    {
        // Thousands of gaps would fill the queue, and close a client that then comes back with the same request. To a client that has been
        // given no message yet, one gap over everything says the same.
        if (added.Count > MaxSingleGaps && !client.WasGiven)
        {
            Answer(client, _answers.Gap(null, from, to, "window"));
            _context.ClientMetrics.GapsTold("window", 1);
            return;
        }

        foreach (var name in added) Answer(client, _answers.Gap(name, from, to, "window"));
        _context.ClientMetrics.GapsTold("window", added.Count);
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
            else if (_index.FindNode(name, kind == NameKind.Pattern) is { } node && client.Subscriptions.Remove(node))
            {
                _counters.SubscriptionsChanged(-1);
                _index.Left(node);
                left.Add(name);
            }
        }

        Answer(client, _answers.Unsubscribed(request.Id, left, client.Subscriptions.Count));
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

    private void Answer(Client client, Frame frame)
    {
        if (client.Closing is not null) return;
        if (client.Queue.AddAnswer(frame) == SendOutcome.Queued) _roster.HasWork(client);
        else _roster.Close(client, CloseReason.SlowClient);
    }
}
