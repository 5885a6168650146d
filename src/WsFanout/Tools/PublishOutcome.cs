namespace WsFanout.Tools;

/// <summary>What became of one publish. Exactly one of the three is set.</summary>
internal readonly record struct PublishOutcome
{
    /// <summary>The server's answer, <c>{"seq":n}</c>: the message is in the stream.</summary>
    public string? Stored { get; init; }

    public Refusal? Refused { get; init; }

    /// <summary>Why there was no answer. The message may have been stored nevertheless.</summary>
    public string? Unreachable { get; init; }

    /// <summary>One sentence for people; only when the message wasn't stored.</summary>
    public string Problem(Uri server) => Refused is not null ? $"refused: {Refused}" : $"{server.AbsoluteUri.TrimEnd('/')} does not answer: {Unreachable}";
}
