namespace WsFanout.Tools;

/// <summary>
/// What the commands take from their surroundings. The settings reader fills it, because it alone reads variables.
/// </summary>
internal sealed record ToolContext
{
    /// <summary>Where the server of this machine listens for clients, in the grammar of <c>WS_ADDR</c>.</summary>
    public string Address { get; init; } = ":3002";

    /// <summary>Where it answers health checks and takes publishes, when that is another listener.</summary>
    public string? AdminAddress { get; init; }

    /// <summary>Where it takes publishes, when that is a listener of its own.</summary>
    public string? PublishAddress { get; init; }

    /// <summary>Sent with publishes when the command line names none.</summary>
    public string? PublishToken { get; init; }

    /// <summary>Shown by <c>tail</c> when the command line names none.</summary>
    public string? ClientToken { get; init; }

    /// <summary>Whether <see cref="Address"/> speaks TLS. The other one never does.</summary>
    public bool IsTls { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Opens what <c>publish … -</c> reads its payload from.</summary>
    public Func<Stream> OpenInput { get; init; } = Console.OpenStandardInput;
}
