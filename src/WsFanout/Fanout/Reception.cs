using WsFanout.Clients;

namespace WsFanout.Fanout;

/// <summary>Where connections become clients of one worker, and where they end.</summary>
/// <remarks>The worker's thread, but for the count.</remarks>
internal sealed partial class Reception
{
    // Numbers of clients are unique in the process: the worker's number is in the lowest bits.
    private const int ClientNumberStep = 256;

    private readonly WorkerContext _context;
    private readonly ClientShare _share;
    private readonly ClientShare _echoShare;
    private readonly Roster _roster;
    private readonly Dealer _dealer;
    private readonly RequestHandler _requests;
    private readonly ClientCare _care;
    private readonly AccessControl _access;
    private readonly AnswerWriter _answers;
    private readonly ILogger _logger;

    private long _lastClientNumber;

    // Written by the worker's thread alone.
    private long _joined;

    public Reception(WorkerContext context, Lanes lanes, Roster roster, Dealer dealer, RequestHandler requests, ClientCare care, AccessControl access, AnswerWriter answers, ILogger logger)
    {
        _context = context;
        _share = new ClientShare(context.ClientOptions, lanes, context.Time.TimestampFrequency);
        _echoShare = new ClientShare(Echo.OptionsFrom(context.ClientOptions), lanes, context.Time.TimestampFrequency);
        _roster = roster;
        _dealer = dealer;
        _requests = requests;
        _care = care;
        _access = access;
        _answers = answers;
        _logger = logger;
    }

    /// <summary>Clients let in, ever. Any thread.</summary>
    public long JoinedCount => Volatile.Read(ref _joined);

    /// <summary>Makes a connection a client: welcomes it, and meets what its URL asked for.</summary>
    public Client Admit(IWire wire, JoinTerms join)
    {
        var now = _context.Time.GetTimestamp();
        _lastClientNumber += ClientNumberStep;
        Volatile.Write(ref _joined, _joined + 1);
        var client = new Client(_lastClientNumber + _context.Number, wire, join.Echoes ? _echoShare : _share, now) { Echoes = join.Echoes, Access = _access.Begin(join, now) };
        _roster.Add(client);
        _care.Begin(client, now);
        if (!client.Echoes) Welcome(client);
        if (join.Subscribe is { } subscribe && client.Access is not { Claims: null }) _requests.Meet(client, subscribe, now);
        _context.ClientMetrics.ClientAccepted(_context.Time.GetElapsedTime(join.RequestedAt, now).TotalSeconds);
        return client;
    }

    private void Welcome(Client client)
    {
        client.Queue.AddAnswer(_answers.Welcome(client.Id, _dealer.Position, _context.ClientOptions));
        _roster.HasWork(client);
    }

    /// <summary>The connection has ended.</summary>
    public void Remove(Client client, CloseReason reason)
    {
        if (client.IsGone) return;
        var waiting = client.WaitingBytes;
        _care.End(client);
        _requests.Forget(client);
        _roster.Remove(client, reason);
        LogClientLeft(client.Id, client.Closing!.Name, waiting);
    }

    [LoggerMessage(LogLevel.Debug, "Client {ClientId} left: {Reason}, {UnsentBytes} bytes unsent.")]
    private partial void LogClientLeft(string clientId, string reason, long unsentBytes);
}
