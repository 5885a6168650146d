using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.Conformance;

/// <summary>One row of the table: what a client sends behind its handshake, and what the server may do then.</summary>
/// <param name="Name">Stable. A number at its start is the case's in the Autobahn list.</param>
internal sealed record Vector(string Name, IReadOnlyList<ClientFrame> Frames)
{
    public string Path { get; init; } = "/__echo";

    /// <summary>Lines that the handshake has besides the usual ones.</summary>
    public string Headers { get; init; } = "";

    /// <summary>How the frames are given to the socket.</summary>
    public Func<IReadOnlyList<byte[]>, IEnumerable<byte[]>> Chop { get; init; } = Chopping.Whole;

    /// <summary>Whether the first write is one with the handshake.</summary>
    public bool IsGlued { get; init; }

    /// <summary>Whether less is sent than the last header says: the client can't close properly then.</summary>
    public bool EndsInsideFrame { get; init; }

    /// <summary>The only way to the wire on which it is run; null for all.</summary>
    public string? OnlyOn { get; init; }

    /// <summary>The first is what is wanted; each other one says why it will do.</summary>
    public IReadOnlyList<Outcome> Allowed { get; private init; } = [];

    public static Vector Send(string name, params ClientFrame[] frames) => new(name, frames);

    public Vector StaysOpen(params RawFrame[] frames) => this with { Allowed = [.. Allowed, new Outcome(null, frames)] };

    public Vector Closes(int code, params RawFrame[] frames) => this with { Allowed = [.. Allowed, new Outcome(code, frames)] };

    /// <summary>Something else will do on every way to the wire.</summary>
    public Vector Or(string why, int? close, params RawFrame[] frames) =>
        this with { Allowed = [.. Allowed, new Outcome(close, frames) { Why = why }] };

    /// <summary>What the framework's WebSocket does will do where the server has no choice.</summary>
    public Vector OrOnStream(string why, int? close, params RawFrame[] frames) =>
        this with { Allowed = [.. Allowed, new Outcome(close, frames) { Why = why, Way = "stream" }] };

    public IReadOnlyList<Outcome> AllowedOn(string way) => [.. Allowed.Where(outcome => outcome.Way is null || outcome.Way == way)];
}
