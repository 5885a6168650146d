using System.Globalization;
using WsFanout.Governor;
using WsFanout.Hosting.Settings;
using WsFanout.Hosting.Settings.Catalogue;
using WsFanout.Planning.Calibration;

namespace WsFanout.Planning.Plan;

/// <summary>Everything that the parts of a plan calculate with: the request, the settings in force, what things cost.</summary>
internal sealed class PlanBasis
{
    private const double UsualTarget = 70;
    private const int RoundedTo = 10;

    /// <param name="settings">Without errors.</param>
    public PlanBasis(PlanRequest request, PlanSettings settings)
    {
        Request = request;
        Given = settings;
        Settings = settings.Result.Settings ?? throw new ArgumentException("these settings have errors", nameof(settings));
        MessageBytes = request.MessageBytes ?? Model.Calibration.PayloadBytes;
        FrameBytes = WireBytes.Frame(MessageBytes);
        WireBytesPerDelivery = WireBytes.OfFrame(FrameBytes);
        (RatePerClient, RateFormula) = RateOf(request);
        Limits = ClientLimits.At(this, RatePerClient, request.MessagesPerSecond);
        Binding = Limits.Where(limit => limit.Binds).MinBy(limit => limit.Clients)!;
        Decisive = Limits.Where(limit => limit.Binds || limit.BoundsTarget).MinBy(limit => limit.Clients)!;
        Target = new Load("target", TargetClients(), RatePerClient, request.MessagesPerSecond);
    }

    public PlanRequest Request { get; }

    public PlanSettings Given { get; }

    public ServerSettings Settings { get; }

    public GovernorOptions Governor => Settings.Governor;

    public LoadModel Model => Settings.Load;

    /// <summary>Payload of a message.</summary>
    public int MessageBytes { get; }

    /// <summary>The same as a WebSocket frame.</summary>
    public int FrameBytes { get; }

    /// <summary>The same on the cable, alone in its packets.</summary>
    public int WireBytesPerDelivery { get; }

    /// <summary>Messages a second that the mean client gets at target load.</summary>
    public double RatePerClient { get; }

    /// <summary>Where <see cref="RatePerClient"/> comes from.</summary>
    public string RateFormula { get; }

    /// <summary>Percent of the CPU limit that the target load should stay below.</summary>
    public double TargetUtilisation => Request.TargetUtilisation ?? Request.Profile?.TargetUtilisation ?? UsualTarget;

    /// <summary>How many clients each resource carries at the target's rates.</summary>
    public IReadOnlyList<ClientLimit> Limits { get; }

    /// <summary>The one that ends it.</summary>
    public ClientLimit Binding { get; }

    /// <summary>The one that decides how many clients are planned for where nobody asked for a number: <see cref="Binding"/>, or a target before it.</summary>
    public ClientLimit Decisive { get; }

    public Load Target { get; }

    /// <summary><c>WS_WORKER_POOL_SIZE</c> as the formulas use it: as given, not as many as there are threads.</summary>
    public long Workers => long.Parse(Effective(CapacitySettings.WorkerPoolSize).Value, CultureInfo.InvariantCulture);

    public EffectiveSetting Effective(Setting setting) => Given.Result.Effective.Single(one => one.Name == setting.Name);

    private static (double Rate, string Formula) RateOf(PlanRequest request)
    {
        if (request.ClientRate is { } given) return (given, "as given");
        if (request.Users is { } mix)
        {
            var sum = string.Join(" + ", mix.Classes.Select(one => Text($"{one.SharePercent:0.##} % × {one.Middle:0.###}")));
            return (mix.Middle, Text($"{sum}, low {mix.Low:0.###}, high {mix.High:0.###}"));
        }

        if (request.Subscriptions is { } subscriptions)
        {
            return (request.MessagesPerSecond * subscriptions / request.Channels, Text($"{request.MessagesPerSecond:0.###} published × {subscriptions} of {request.Channels} channels"));
        }

        return (Hosting.Settings.Derivation.CapacityFormulas.MessagesPerClientSecond, "the capacity plan's target");
    }

    // Not asked for a number: what the machine carries at the utilisation that is aimed at. A maximum that was given is no estimate to be rounded.
    private long TargetClients()
    {
        if (Request.Clients is { } asked) return asked;

        var clients = Decisive.Clients;
        var isGiven = Decisive.Key == ClientLimits.MaxConnections && Given.IsGiven(CapacitySettings.MaxConnections);
        return clients > RoundedTo && !isGiven ? clients - (clients % RoundedTo) : clients;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
