using WsFanout.Planning.Profiles;

namespace WsFanout.Planning.Plan;

/// <summary>What was asked of <c>wsfanout plan</c>. Null: as this machine has it, or as it follows from the rest.</summary>
internal sealed record PlanRequest
{
    /// <summary>Of the machine; a fraction is a container's quota.</summary>
    public double? Cores { get; init; }

    /// <summary>Of the machine.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Descriptor limit of the process.</summary>
    public long? Descriptors { get; init; }

    /// <summary>Bytes a second that the network takes; 1 Gbit/s as in the capacity plan.</summary>
    public double BandwidthBytesPerSecond { get; init; } = 125e6;

    /// <summary>Messages a second that are published; the capacity plan's peak.</summary>
    public double MessagesPerSecond { get; init; } = 12;

    /// <summary>Payload; null: that of the calibration.</summary>
    public int? MessageBytes { get; init; }

    /// <summary>Clients of the target load; given, they are also <c>WS_MAX_CONNECTIONS</c> where that is not given.</summary>
    public int? Clients { get; init; }

    public int? Workers { get; init; }

    /// <summary>Messages a second that each client gets.</summary>
    public double? ClientRate { get; init; }

    public int Channels { get; init; } = 100;

    /// <summary>Channels that each client is subscribed to.</summary>
    public int? Subscriptions { get; init; }

    public UserMix? Users { get; init; }

    public Profile? Profile { get; init; }

    /// <summary>A calibration file, in place of the one of <c>WS_CALIBRATION</c>.</summary>
    public string? CalibrationPath { get; init; }

    /// <summary>Calculate with the unit costs of the capacity plan.</summary>
    public bool UsesPlanCosts { get; init; }

    /// <summary>Settings to plan with, over those of the environment and of the profile.</summary>
    public IReadOnlyList<(string Name, string Value)> Settings { get; init; } = [];

    /// <summary>Percent of the CPU limit that the target load should stay below; null: the profile's, else 70.</summary>
    public double? TargetUtilisation { get; init; }

    /// <summary>Money a month for one instance.</summary>
    public double InstanceCost { get; init; } = 12.23;

    /// <summary>Clients that instances are to be counted for.</summary>
    public long? Crowd { get; init; }

    /// <summary>Time of one publish request, for Little's law; seed of the checks: a p99 of 100 ms.</summary>
    public TimeSpan PublishTime { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Put the capacity plan's own figures beside those of this server.</summary>
    public bool Compares { get; init; }

    /// <summary>Say what became of each parameter of the capacity planning guide.</summary>
    public bool Explains { get; init; }
}
