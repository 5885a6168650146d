namespace WsFanout.Intake;

/// <summary>Which stream is read, as whom, and how much is asked for at a time.</summary>
internal sealed record StreamOptions
{
    /// <summary>Servers to try. Empty: the built-in source.</summary>
    public IReadOnlyList<Uri> Servers { get; init; } = [];

    public string? User { get; init; }

    public string? Password { get; init; }

    public string? Token { get; init; }

    /// <summary>Authorities that must have signed a broker's certificate; null: those that the system trusts.</summary>
    public string? TlsCaFile { get; init; }

    /// <summary>Certificate to show to a broker; with <see cref="TlsKeyFile"/>.</summary>
    public string? TlsCertFile { get; init; }

    public string? TlsKeyFile { get; init; }

    public string StreamName { get; init; } = "ODIN_TOKENS";

    /// <summary>Subjects the stream holds when this server creates it, and which of its messages are served.</summary>
    public IReadOnlyList<string> Subjects { get; init; } = ["odin.token.>"];

    /// <summary>Taken off a subject to make a channel.</summary>
    public string SubjectPrefix { get; init; } = "odin.token.";

    /// <summary>Start of every consumer name; instance, serial and random digits follow, so two servers never share one.</summary>
    public string ConsumerPrefix { get; init; } = "ws-server";

    /// <summary>Names this process to the broker. Letters, digits, <c>_</c> and <c>-</c>.</summary>
    public string InstanceId { get; init; } = "local";

    /// <summary>Limit when this server creates the stream; 0 = unlimited, as for the next two.</summary>
    public TimeSpan StreamMaxAge { get; init; } = TimeSpan.FromSeconds(30);

    public long StreamMaxMessages { get; init; } = 100_000;

    public long StreamMaxBytes { get; init; } = 52_428_800;

    /// <summary><c>file</c> or <c>memory</c>, when this server creates the stream.</summary>
    public string Storage { get; init; } = "file";

    public int Replicas { get; init; } = 1;

    /// <summary>Create the stream when it is missing; else wait for somebody to create it.</summary>
    public bool EnsureStream { get; init; } = true;

    /// <summary>Most messages asked for in one pull.</summary>
    public int PullBatch { get; init; } = 256;

    /// <summary>Time after which a pull that has not been filled ends.</summary>
    public TimeSpan PullExpires { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time of silence after which the broker shows it is alive. Twice this plus 500 ms without one: re-create.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Age of what the History is filled with at start, counted back from the stream's last message.</summary>
    public TimeSpan ReplayMaxAge { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Newest messages of each channel that a server which has just started shall be able to give again.</summary>
    public long ReplayMessages { get; init; } = 100;

    /// <summary>How long a pause of the intake may last; zero for no bound. The stream should keep messages for twice as long.</summary>
    public TimeSpan PauseBudget { get; init; }

    /// <summary>Bytes of a channel name; a subject with a longer one is skipped and counted.</summary>
    public int MaxChannelLength { get; init; } = 256;
}
