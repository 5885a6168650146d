using System.Text;
using WsFanout.Clients;
using WsFanout.Clients.Tokens;
using WsFanout.Fanout;
using WsFanout.Governor.Entry;
using WsFanout.History;
using WsFanout.Messages;
using WsFanout.Telemetry;

namespace WsFanout.Tests.Fanout;

/// <summary>The parts of one worker without its thread, on a clock of the test's.</summary>
internal sealed class WorkerParts : IDisposable
{
    private readonly Meters _meters = new();
    private readonly PrometheusExporter _exporter;
    private readonly AnswerWriter _answers = new();
    private readonly ClientOptions _options;
    private readonly ClientShare _share;
    private readonly ClientCare _care;
    private readonly AccessControl _access;
    private long _number;

    /// <param name="tokens">What a client's token must be; null: none is needed.</param>
    /// <param name="losesOneIn">One delivery in so many is lost on purpose; 0: none.</param>
    public WorkerParts(ClientOptions? options = null, HistoryOptions? historyOptions = null, TokenRules? tokens = null, long losesOneIn = 0)
    {
        Tail = new StreamTail(() => Dealer?.Position ?? Position.None, Clock, isWhole: false);
        History = new MessageHistory(historyOptions ?? new HistoryOptions(), new HistoryMetrics(_meters));
        _options = options ?? new ClientOptions();
        var metrics = new FanoutMetrics(_meters, 1);
        var clientMetrics = new ClientMetrics(_meters, [.. CloseReason.All.Select(reason => reason.Label)], [.. Refusal.All.Select(refusal => refusal.Word)], [.. TokenProblem.All.Select(problem => problem.Word)]);
        var context = new WorkerContext(0, _options, 1000, TimeSpan.Zero, TimeSpan.FromSeconds(2), History, Tail, metrics.For(0), clientMetrics, Clock, losesOneIn, tokens is null ? null : new TokenVerifier(tokens, Clock));
        var lanes = new Lanes();
        var index = new SubscriptionIndex(1000, lanes);
        var account = new BatchAccount(context);
        var wheel = ClientCare.NewWheel(context);
        _share = new ClientShare(_options, lanes, Clock.TimestampFrequency);
        Roster = new Roster(index, _answers, account, wheel, context);
        Dealer = new Dealer(index, lanes, Roster, account, context);
        _access = new AccessControl(context, wheel, index, _answers);
        Requests = new RequestHandler(context, index, Roster, Dealer, _answers, _access);
        _care = new ClientCare(context, wheel, Roster, Dealer, _answers, _access);
        _exporter = new PrometheusExporter(_meters);
        History.Clear(new Position("e1", 100, 5_000));
        Deal(Reset.To("e1", 100, 5_000, History.Window.Generation));
    }

    public TestClock Clock { get; } = new();

    public MessageHistory History { get; }

    public StreamTail Tail { get; }

    public Roster Roster { get; }

    public Dealer Dealer { get; }

    public RequestHandler Requests { get; }

    public (Client Client, TestWire Wire) Join() => Join(new JoinTerms(null, Clock.GetTimestamp()));

    /// <summary>Joins as <see cref="Reception"/> lets somebody in.</summary>
    public (Client Client, TestWire Wire) Join(JoinTerms terms)
    {
        var wire = new TestWire(Clock);
        var client = new Client(++_number, wire, _share, Clock.GetTimestamp()) { Access = _access.Begin(terms, Clock.GetTimestamp()) };
        Roster.Add(client);
        _care.Begin(client, Clock.GetTimestamp());
        return (client, wire);
    }

    /// <summary>One sample of the metrics, written as there.</summary>
    public double Metric(string series) =>
        double.Parse(_exporter.Scrape().Split('\n').Single(line => line.StartsWith(series + " ", StringComparison.Ordinal))[(series.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>How long the loop would sleep now.</summary>
    public TimeSpan UntilNextLook => _care.UntilNextLook(Clock.GetTimestamp());

    /// <summary>A message of a client, and what the worker then sends.</summary>
    public void Receive(Client client, string text)
    {
        Requests.Receive(client, Encoding.UTF8.GetBytes(text), Clock.GetTimestamp());
        Flush();
    }

    public void Subscribe(Client client, params string[] names) =>
        Receive(client, $$$"""{"type":"subscribe","data":{"channels":[{{{string.Join(',', names.Select(name => $"\"{name}\""))}}}]}}""");

    /// <summary>Deals entries in one batch as the loop does.</summary>
    public void Deal(params ReadOnlySpan<StreamEntry> entries)
    {
        foreach (var entry in entries) Assert.True(Dealer.TryAdd(entry), "it should fit into the batch");
        Dealer.Send();
        Flush();
    }

    public Message Message(Channel channel, long sequence, int payloadBytes = 1) =>
        MessageEncoder.Encode(channel, sequence, 0, 6_000, Encoding.UTF8.GetBytes(new string('1', payloadBytes)), Clock.GetTimestamp());

    /// <summary>A message of the stream as the intake takes it: remembered; to be dealt.</summary>
    public Message Store(string channel, long sequence, long timestampMs = 6_000, int payloadBytes = 1)
    {
        var held = History.Channel(Encoding.UTF8.GetBytes(channel));
        var message = MessageEncoder.Encode(held, sequence, History.PreviousOn(held), timestampMs, Encoding.UTF8.GetBytes(new string('1', payloadBytes)), Clock.GetTimestamp());
        History.Add(held, message);
        return message;
    }

    /// <summary>A message from before the place where the stream is followed from, as the intake reads it at the start: the newest of a channel that has been silent since.</summary>
    public void StoreSilent(string channel, long sequence)
    {
        var held = History.Channel(Encoding.UTF8.GetBytes(channel));
        History.AddSilent(held, MessageEncoder.Encode(held, sequence, 0, 1_000, "1"u8, Clock.GetTimestamp()));
    }

    /// <summary>A hole of the stream as the intake finds it: remembered; to be dealt.</summary>
    public Hole StoreHole(long from, long to)
    {
        var hole = Hole.Between(from, to, 6_000);
        History.Add(hole);
        return hole;
    }

    /// <summary>Moves the clock in small steps and lets the worker look after its clients at each.</summary>
    public void Pass(TimeSpan time, DrainOrder? drain = null)
    {
        for (var step = TimeSpan.FromMilliseconds(100); time > TimeSpan.Zero; time -= step)
        {
            Clock.Advance(step);
            while (_care.Look(Clock.GetTimestamp(), drain))
            {
            }

            Flush();
        }
    }

    /// <summary>One turn at the present moment.</summary>
    /// <returns>Whether more is due at once.</returns>
    public bool Look(DrainOrder? drain) => _care.Look(Clock.GetTimestamp(), drain);

    /// <summary>Stands still, then goes on: one look after a long time.</summary>
    public void Stall(TimeSpan time)
    {
        Clock.Advance(time);
        _care.Look(Clock.GetTimestamp(), null);
        Flush();
    }

    /// <summary>What the loop does at the end of a turn, and again when the batches come back.</summary>
    private void Flush()
    {
        Requests.MeetAhead();
        Roster.Flush();
        foreach (var client in Roster.Clients) Roster.Flush(client);
        while (Replays && Roster.ReplayOne())
        {
        }
    }

    /// <summary>Whether replays are read on as the loop does; a test may hold them back.</summary>
    public bool Replays { get; set; } = true;

    public void Dispose()
    {
        _exporter.Dispose();
        _answers.Dispose();
        _meters.Dispose();
    }
}
