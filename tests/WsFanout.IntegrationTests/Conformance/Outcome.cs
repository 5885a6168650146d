using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.Conformance;

/// <summary>What the server may do.</summary>
/// <param name="Close">Code of its close frame, 1005 for one without; null when the connection stays open.</param>
/// <param name="Frames">What comes before that, to the byte and in this order.</param>
internal sealed record Outcome(int? Close, IReadOnlyList<RawFrame> Frames)
{
    public const int NoCode = 1005;

    /// <summary>Why it is allowed, though another outcome is the first choice.</summary>
    public string? Why { get; init; }

    /// <summary>The only way to the wire on which it is; null for all.</summary>
    public string? Way { get; init; }

    public bool Equals(Outcome? other) =>
        other is not null && Close == other.Close && Frames.Count == other.Frames.Count
        && Frames.Zip(other.Frames).All(pair => pair.First.Opcode == pair.Second.Opcode && pair.First.Payload.AsSpan().SequenceEqual(pair.Second.Payload));

    public override int GetHashCode() => HashCode.Combine(Close, Frames.Count);

    public override string ToString()
    {
        var frames = string.Join(", ", Frames.Select(frame => $"{frame.Opcode}:{frame.Payload.Length}:{Convert.ToHexString(frame.Payload.AsSpan(0, Math.Min(frame.Payload.Length, 32)))}"));
        return $"[{frames}] then {(Close is { } code ? $"close {code}" : "open")}{(Why is null ? "" : $" ({Why})")}";
    }
}
