using System.Globalization;
using System.Text.Json.Nodes;

namespace WsFanout.IntegrationTests.Support;

/// <summary>
/// Decides over one connection's whole history whether the promise of the protocol was kept: order, no duplicates, completeness or an
/// announced gap, honest gaps, and a <c>prev</c> chain that proves it. What was stored is decided by the stream, not by acknowledgements.
/// </summary>
/// <param name="stored">Everything in the stream, in order.</param>
internal sealed class DeliveryChecker(IReadOnlyList<StreamMessage> stored)
{
    /// <param name="frames">Every frame that the connection got.</param>
    /// <param name="wants">Whether the client had subscribed to a channel.</param>
    /// <param name="after">Position of the subscription's ack.</param>
    /// <param name="until">Last sequence number that has to have arrived.</param>
    /// <returns>One sentence for each broken promise.</returns>
    public IReadOnlyList<string> Check(IEnumerable<JsonNode> frames, Func<string, bool> wants, long after, long until)
    {
        var problems = new List<string>();
        var received = new HashSet<long>();
        var gaps = new List<(long From, long To)>();
        var lastOnChannel = new Dictionary<string, long>();
        var last = after;
        foreach (var frame in frames)
        {
            switch (frame["type"]!.GetValue<string>())
            {
                case "gap":
                    gaps.Add((frame["from"]!.GetValue<long>(), frame["to"]!.GetValue<long>()));
                    break;
                case "message":
                    var sequence = frame["seq"]!.GetValue<long>();
                    var channel = frame["channel"]!.GetValue<string>();
                    if (!received.Add(sequence)) problems.Add(Text($"duplicate {sequence}"));
                    else if (sequence <= last) problems.Add(Text($"inversion: {sequence} after {last}"));
                    if (!wants(channel)) problems.Add(Text($"stray: {sequence} on {channel}"));
                    CheckChain(frame, sequence, channel, lastOnChannel, gaps, problems);
                    lastOnChannel[channel] = sequence;
                    last = Math.Max(last, sequence);
                    break;
            }
        }

        foreach (var message in stored)
        {
            if (message.Sequence <= after || message.Sequence > until || !wants(message.Channel) || received.Contains(message.Sequence)) continue;
            if (!IsCovered(gaps, message.Sequence)) problems.Add(Text($"lost {message.Sequence} on {message.Channel}"));
        }

        foreach (var sequence in received.Where(sequence => IsCovered(gaps, sequence))) problems.Add(Text($"dishonest gap over {sequence}"));
        var known = stored.ToDictionary(message => message.Sequence, message => message.Channel);
        foreach (var sequence in received.Where(sequence => !known.ContainsKey(sequence))) problems.Add(Text($"invented {sequence}"));
        return problems;
    }

    private static void CheckChain(
        JsonNode frame, long sequence, string channel, Dictionary<string, long> lastOnChannel, List<(long From, long To)> gaps, List<string> problems)
    {
        var previous = frame["prev"]!.GetValue<long>();
        if (previous == 0 || !lastOnChannel.TryGetValue(channel, out var seen) || previous == seen) return;
        if (!IsCovered(gaps, previous)) problems.Add(Text($"chain: {sequence} on {channel} names {previous}, {seen} was seen"));
    }

    private static bool IsCovered(List<(long From, long To)> gaps, long sequence) => gaps.Exists(gap => sequence >= gap.From && sequence <= gap.To);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
