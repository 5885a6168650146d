using System.CommandLine;
using System.CommandLine.Parsing;
using WsFanout.Hosting.Settings.Catalogue;
using WsFanout.Hosting.Settings.Grammars;
using WsFanout.Planning.Profiles;
using WsFanout.Tools;

namespace WsFanout.Planning.Plan;

/// <summary>The options of <c>wsfanout plan</c>; a wrong one is answered with what is allowed.</summary>
internal sealed class PlanArguments
{
    public const string Table = "table";
    public const string Json = "json";
    public const string Env = "env";

    private const long LeastMemory = 64L << 20;
    private const long MostMemory = 16L << 40;

    private readonly Option<double?> _cores = NumberOption.Between("--cores", 0.01, 1024.0, "Cores of the machine; a fraction is a container's quota [default: as here].");
    private readonly Option<long?> _memory = Parsed("--memory", "2048MB", "Memory of the machine [default: as here].", "bytes, KB, MB or GB from 64MB to 16384GB", text => Positive(new SizeGrammar(LeastMemory, MostMemory).Read(text)));
    private readonly Option<long?> _descriptors = NumberOption.Between("--descriptors", 300L, 1L << 40, "Descriptor limit of the process [default: as here].");
    private readonly Option<double?> _bandwidth = Parsed("--bandwidth", "1Gbit", "What the network takes [default: 1Gbit].", "like 1Gbit or 100Mbit", Bandwidth.Parse);
    private readonly Option<double> _rate = NumberOption.Between("--rate", 0.001, 1e9, 12, "Messages published a second.");
    private readonly Option<int?> _size = NumberOption.Between("--message-size", 1, 64 << 20, "Bytes of a message [default: those that were calibrated].");
    private readonly Option<int?> _clients = NumberOption.Between("--clients", 1, 1_000_000, "Clients to plan for; also WS_MAX_CONNECTIONS where that is not given [default: what the machine carries].");
    private readonly Option<int?> _workers = NumberOption.Between("--workers", 1, 65_536, "WS_WORKER_POOL_SIZE.");
    private readonly Option<double?> _clientRate = NumberOption.Between("--client-rate", 0.001, 1e6, "Messages a second that each client gets [default: by --users or --subscriptions, else 2].");
    private readonly Option<int> _channels = NumberOption.Between("--channels", 1, 10_000_000, 100, "Channels that messages are published on, evenly.");
    private readonly Option<int?> _subscriptions = NumberOption.Between("--subscriptions", 1, 10_000_000, "Channels that each client is subscribed to.");
    private readonly Option<UserMix?> _users = Parsed<UserMix>("--users", "casual:70,active:25,trader:5", "Who the clients are, in percent, with the capacity plan's rates or with own ones: casual:70:0.6, bot:5:10-50.");
    private readonly Option<Profile?> _profile = new("--profile")
    {
        Description = $"Settings of a profile: {string.Join(", ", AllProfiles.InOrder.Select(profile => profile.Name))}.",
        CustomParser = result => AllProfiles.Find(result.Tokens[0].Value) is { } found ? found : Fail<Profile?>(result, $"--profile '{result.Tokens[0].Value}': must be one of {string.Join(", ", AllProfiles.InOrder.Select(profile => profile.Name))}."),
    };

    private readonly Option<string?> _calibration = new("--calibration") { Description = "Calibration file of the load test, as WS_CALIBRATION." };
    private readonly Option<bool> _planCosts = new("--plan-costs") { Description = "Calculate with the unit costs of the capacity plan." };
    private readonly Option<string[]> _set = new("--set") { Description = "A setting to plan with, NAME=value; may be repeated.", AllowMultipleArgumentsPerToken = false, DefaultValueFactory = _ => [] };
    private readonly Option<double?> _target = NumberOption.Between("--target-utilisation", 1.0, 100.0, "Percent of the CPU that the target load should stay below [default: 70].");
    private readonly Option<double> _instanceCost = NumberOption.Between("--instance-cost", 0, 1e9, 12.23, "Money a month for one instance.");
    private readonly Option<long?> _crowd = NumberOption.Between("--crowd", 1L, 1_000_000_000L, "Count the instances for so many clients.");
    private readonly Option<double> _publishTime = NumberOption.Between("--publish-ms", 0.01, 600_000, 100, "Time of one publish request in ms, for Little's law.");
    private readonly Option<bool> _compare = new("--compare") { Description = "Put the capacity plan's own figures beside ours." };
    private readonly Option<bool> _explain = new("--explain") { Description = "Say what became of each parameter of the guides, and where a profile's lines come from." };

    public PlanArguments()
    {
        Output.AcceptOnlyFromAmong(Table, Json, Env);
        _set.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Select(token => token.Value))
            {
                if (Assignment(token) is var (name, _) && AllSettings.ByName.ContainsKey(name)) continue;
                result.AddError($"--set '{token}': must be NAME=value with the name of a setting (docs/SETTINGS.md).");
            }
        });
        _users.CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            return UserMix.Parse(text, out var problem) is { } mix ? mix : Fail<UserMix?>(result, $"--users '{text}': {problem}.");
        };
    }

    /// <summary>A file to write to, in place of standard output.</summary>
    public Option<string?> Out { get; } = new("--out") { Description = "Write it to this file, which is replaced as a whole or not at all [default: standard output].", HelpName = "file" };

    public Option<string> Output { get; } = new("--output") { Description = "How to print it.", DefaultValueFactory = _ => Table };

    public IReadOnlyList<Option> All =>
    [
        _cores, _memory, _descriptors, _bandwidth, _rate, _size, _clients, _clientRate, _users, _subscriptions, _channels, _workers, _profile, _set,
        _calibration, _planCosts, _target, _publishTime, _crowd, _instanceCost, _compare, _explain, Output, Out,
    ];

    /// <summary>A sentence for each two options that were given and of which one would be without effect.</summary>
    public IEnumerable<string> Clashes(CommandResult result)
    {
        (Option First, Option Second, string Why)[] pairs =
        [
            (_users, _clientRate, "both say what a client gets"),
            (_users, _subscriptions, "both say what a client gets"),
            (_clientRate, _subscriptions, "both say what a client gets"),
            (_planCosts, _calibration, "both say what things cost"),
        ];
        return pairs.Where(pair => IsGiven(pair.First) && IsGiven(pair.Second)).Select(pair => $"{pair.First.Name} and {pair.Second.Name}: {pair.Why}; give one of them.");

        bool IsGiven(Option option) => result.GetResult(option) is { Implicit: false };
    }

    public PlanRequest Read(ParseResult parsed) => new()
    {
        Cores = parsed.GetValue(_cores),
        MemoryBytes = parsed.GetValue(_memory),
        Descriptors = parsed.GetValue(_descriptors),
        BandwidthBytesPerSecond = parsed.GetValue(_bandwidth) ?? new PlanRequest().BandwidthBytesPerSecond,
        MessagesPerSecond = parsed.GetValue(_rate),
        MessageBytes = parsed.GetValue(_size),
        Clients = parsed.GetValue(_clients),
        Workers = parsed.GetValue(_workers),
        ClientRate = parsed.GetValue(_clientRate),
        Channels = parsed.GetValue(_channels),
        Subscriptions = parsed.GetValue(_subscriptions),
        Users = parsed.GetValue(_users),
        Profile = parsed.GetValue(_profile),
        CalibrationPath = parsed.GetValue(_calibration),
        UsesPlanCosts = parsed.GetValue(_planCosts),
        Settings = [.. parsed.GetRequiredValue(_set).Select(text => Assignment(text) ?? default)],
        TargetUtilisation = parsed.GetValue(_target),
        InstanceCost = parsed.GetValue(_instanceCost),
        Crowd = parsed.GetValue(_crowd),
        PublishTime = TimeSpan.FromMilliseconds(parsed.GetValue(_publishTime)),
        Compares = parsed.GetValue(_compare),
        Explains = parsed.GetValue(_explain),
    };

    private static Option<T?> Parsed<T>(string name, string example, string description, string allowed, Func<string, T?> parse)
        where T : struct => new(name)
        {
            Description = description,
            HelpName = example,
            CustomParser = result => parse(result.Tokens[0].Value) is { } value ? value : Fail<T?>(result, $"{name} '{result.Tokens[0].Value}': must be {allowed}."),
        };

    private static Option<T?> Parsed<T>(string name, string example, string description)
        where T : class => new(name) { Description = description, HelpName = example };

    private static long? Positive(Reading<long> reading) => reading.IsValid ? reading.Value : null;

    private static (string Name, string Value)? Assignment(string text) =>
        text.IndexOf('=', StringComparison.Ordinal) is var at and > 0 ? (text[..at], text[(at + 1)..]) : null;

    // Never used: a result with an error is not run.
    private static T? Fail<T>(ArgumentResult result, string problem)
    {
        result.AddError(problem);
        return default;
    }
}
