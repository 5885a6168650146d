namespace WsFanout.Clients;

/// <summary>One request of a client, read and checked for form; whether it can be met is the worker's business.</summary>
internal sealed record ClientRequest
{
    public required RequestKind Kind { get; init; }

    /// <summary>The client's own <c>id</c> as the JSON it wrote, to be echoed; null when it gave none.</summary>
    public byte[]? Id { get; init; }

    /// <summary>Names of channels and patterns, not yet judged.</summary>
    public IReadOnlyList<string> Channels { get; init; } = [];

    /// <summary>The position to resume from.</summary>
    public long? Since { get; init; }

    /// <summary>The stream that <see cref="Since"/> counts in.</summary>
    public string? Epoch { get; init; }

    /// <summary>The timestamp that came with <see cref="Since"/>. Unix milliseconds.</summary>
    public long? At { get; init; }

    /// <summary>Whether the newest message of each channel is asked for.</summary>
    public bool Last { get; init; }

    public string? Token { get; init; }
}
