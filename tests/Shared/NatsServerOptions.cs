namespace WsFanout.Testing;

/// <summary>How one real <c>nats-server</c> is started.</summary>
internal sealed record NatsServerOptions
{
    /// <summary>Appended to the generated configuration file: <c>authorization</c>, <c>cluster</c>, <c>max_payload</c> …</summary>
    public string Config { get; init; } = "";

    public bool JetStream { get; init; } = true;

    /// <summary>JetStream's directory, kept when the server is disposed; null: one of its own, deleted then.</summary>
    public string? StoreDir { get; init; }

    /// <summary>Null: a free port of the system's choice.</summary>
    public int? Port { get; init; }

    /// <summary>Words before the command line, as to run it in a network of its own.</summary>
    public IReadOnlyList<string> Entrance { get; init; } = [];

    /// <summary>Where it listens.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>Path of the executable; null: the first of <see cref="NatsServerProcess.Binaries"/>.</summary>
    public string? Binary { get; init; }

    /// <summary>User information of <see cref="NatsServerProcess.Url"/>, as in <c>user:password</c> or a token.</summary>
    public string? UserInfo { get; init; }
}
