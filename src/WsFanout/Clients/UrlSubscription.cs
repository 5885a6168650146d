using System.Globalization;

namespace WsFanout.Clients;

/// <summary>What a client asks for in the URL of its handshake: the same as a <c>subscribe</c> right after <c>welcome</c>.</summary>
internal static class UrlSubscription
{
    private const long MaxSequence = (1L << 53) - 1;

    /// <param name="query">Decoded parameters.</param>
    /// <returns>Null when the URL asks for no channel.</returns>
    public static ReadRequest? Read(IReadOnlyDictionary<string, string> query)
    {
        if (!query.TryGetValue("channels", out var list) || list.Length == 0) return null;

        long? since = null;
        long? at = null;
        if (query.TryGetValue("since", out var sinceText) && (since = Number(sinceText)) is null) return Refuse("since");
        if (query.TryGetValue("at", out var atText) && (at = Number(atText)) is null) return Refuse("at");
        var epoch = query.GetValueOrDefault("epoch");
        if (since is not null && epoch is null) return new(null, new RequestProblem(ErrorCode.InvalidRequest, "\"since\" needs \"epoch\"", null));

        return new(
            new ClientRequest { Kind = RequestKind.Subscribe, Channels = list.Split(','), Since = since, Epoch = epoch, At = at }, null);
    }

    /// <summary>Whether the URL shows a position in this stream: then the client was here before. It may stand there without channels.</summary>
    public static bool ResumesIn(string epoch, IReadOnlyDictionary<string, string> query) =>
        query.TryGetValue("since", out var since) && Number(since) is not null && epoch.Length > 0 && query.GetValueOrDefault("epoch") == epoch;

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= MaxSequence ? value : null;

    private static ReadRequest Refuse(string name) =>
        new(null, new RequestProblem(ErrorCode.InvalidRequest, $"\"{name}\" must be a whole number from 0 to {MaxSequence}", null));
}
