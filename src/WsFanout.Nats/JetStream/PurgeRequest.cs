namespace WsFanout.Nats;

/// <summary>What to remove from a stream; everything when nothing is given.</summary>
public sealed record PurgeRequest
{
    /// <summary>Only this subject.</summary>
    public string? Filter { get; init; }

    /// <summary>Everything below this sequence number. Not together with <see cref="Keep"/>.</summary>
    public long? Seq { get; init; }

    /// <summary>All but this many.</summary>
    public long? Keep { get; init; }
}
