using System.Security.Cryptography;
using WsFanout.Planning.Calibration;

namespace WsFanout.Hosting.Settings;

/// <summary>Everything besides the variables that settings depend on.</summary>
internal sealed record SettingsContext
{
    /// <summary>Where <c>.env</c> is looked for.</summary>
    public required string Directory { get; init; }

    public required MachineFacts Machine { get; init; }

    public required string HostName { get; init; }

    /// <summary>What this server costs where <c>WS_CALIBRATION</c> names no other file.</summary>
    public CalibrationFile Calibration { get; init; } = CalibrationFile.Shipped;

    /// <summary>Makes two processes of one host differ. Letters and digits.</summary>
    public required Func<string> RandomSuffix { get; init; }

    /// <summary>The working directory, this machine, its name and real randomness.</summary>
    public static SettingsContext OfThisProcess() => new()
    {
        Directory = Environment.CurrentDirectory,
        Machine = MachineFacts.Read(),
        HostName = Environment.MachineName,
        RandomSuffix = () => RandomNumberGenerator.GetHexString(6, lowercase: true),
    };
}
