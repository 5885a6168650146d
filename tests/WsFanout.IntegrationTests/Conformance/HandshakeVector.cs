namespace WsFanout.IntegrationTests.Conformance;

/// <summary>One row of the table of handshakes: the bytes of a request, or of several, and what they are answered with.</summary>
/// <param name="Request">A character a byte.</param>
internal sealed record HandshakeVector(string Name, string Request)
{
    /// <summary>The statuses that each answer may have, in order; none when the answer is not HTTP/1.1.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Answers { get; private init; } = [];

    public bool IsByteByByte { get; init; }

    /// <summary>One answer with one of these statuses.</summary>
    public HandshakeVector Gets(params int[] statuses) => this with { Answers = [.. Answers, statuses] };
}
