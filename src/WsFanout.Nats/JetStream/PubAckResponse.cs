namespace WsFanout.Nats;

/// <summary>A stream has stored a published message.</summary>
public sealed record PubAckResponse
{
    public string Stream { get; init; } = "";

    public long Seq { get; init; }

    /// <summary>Its message id was known already; <see cref="Seq"/> is that of the first one.</summary>
    public bool Duplicate { get; init; }

    public string? Domain { get; init; }
}
