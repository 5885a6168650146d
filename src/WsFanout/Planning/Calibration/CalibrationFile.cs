using System.Globalization;

namespace WsFanout.Planning.Calibration;

/// <summary>What one run of the load test found this server to cost, and where. The format stands in docs/PLANNING.md.</summary>
internal sealed record CalibrationFile
{
    public const string Format = "wsfanout-calibration/1";

    /// <summary>What it is called in formulas: the shipped one, or the file's path.</summary>
    public required string Name { get; init; }

    /// <summary>The beginning of Unix time where no date is known.</summary>
    public required DateTimeOffset MeasuredAt { get; init; }

    /// <summary>The command.</summary>
    public required string MeasuredBy { get; init; }

    /// <summary>Version of the server that was measured.</summary>
    public required string Server { get; init; }

    public required string Machine { get; init; }

    /// <summary><c>direct</c> or <c>stream</c>.</summary>
    public required string Transport { get; init; }

    /// <summary><c>loopback</c>, <c>cable</c> or <c>network</c>.</summary>
    public required string Link { get; init; }

    /// <summary>Payload of the messages that were delivered.</summary>
    public required int PayloadBytes { get; init; }

    public required UnitCosts Costs { get; init; }

    /// <summary>Names of costs that were not measured: they are assumed, or come from the file that was there before.</summary>
    public IReadOnlyList<string> TakenOver { get; init; } = [];

    public string? Note { get; init; }

    /// <summary>Null when none was looked for.</summary>
    public Knee? Knee { get; init; }

    /// <summary>The one that is part of the program.</summary>
    public static CalibrationFile Shipped { get; } = CalibrationReader.ReadEmbedded("calibration.json", "the shipped calibration");

    /// <summary>The unit costs of the capacity plan, worked out by hand for another server.</summary>
    public static CalibrationFile OfThePlan { get; } = CalibrationReader.ReadEmbedded("plan-costs.json", "the capacity plan's costs");

    /// <summary>Where and when, in one line.</summary>
    public string Origin => string.Create(
        CultureInfo.InvariantCulture, $"{(MeasuredAt == DateTimeOffset.UnixEpoch ? "" : $"measured {MeasuredAt.UtcDateTime:yyyy-MM-dd} ")}of server {Server} on {Machine}, {Transport} way, {Link}");
}
