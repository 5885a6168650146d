namespace WsFanout.Tools;

/// <summary>What <c>wsfanout tail</c> watches and how it prints it.</summary>
internal sealed record TailOptions
{
    /// <summary>The clients' endpoint.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>Channels and patterns, at least one.</summary>
    public required IReadOnlyList<string> Channels { get; init; }

    /// <summary>Shown with each handshake, in a header: an address may be logged. Null: none.</summary>
    public string? Token { get; init; }

    /// <summary>Print whole frames instead of columns.</summary>
    public bool Json { get; init; }
}
