using WsFanout.Clients;
using WsFanout.Clients.Tokens;
using WsFanout.Fanout;
using WsFanout.Governor;
using WsFanout.Governor.Entry;
using WsFanout.History;
using WsFanout.Intake;
using WsFanout.Planning.Calibration;

namespace WsFanout.Hosting.Settings;

/// <summary>Everything the environment said, checked and worked out: one record for each stage.</summary>
internal sealed record ServerSettings
{
    public HostOptions Host { get; init; } = new();

    public EntryOptions Entry { get; init; } = new();

    public GovernorOptions Governor { get; init; } = new();

    public StreamOptions Stream { get; init; } = new();

    public PublishOptions Publish { get; init; } = new();

    public FanoutOptions Fanout { get; init; } = new();

    public HistoryOptions History { get; init; } = new();

    /// <summary>What a client's token must be; null: none is needed.</summary>
    public TokenRules? Tokens { get; init; }

    public ClientOptions Clients { get; init; } = new();

    /// <summary>What this server's load costs; the automatic values come from it.</summary>
    public LoadModel Load { get; init; } = new(CalibrationFile.Shipped, isTls: false);
}
