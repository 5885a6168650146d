using System.Globalization;
using System.Text.Json.Nodes;

namespace WsFanout.IntegrationTests.Support;

/// <summary>One change of the governor's state, as the server's log tells it.</summary>
/// <param name="At">UTC.</param>
/// <param name="Before">In small letters, as <c>/health</c> and the metrics write it; so is <paramref name="After"/>.</param>
internal sealed record LoadChange(DateTime At, string Before, string After, string Line)
{
    public static IReadOnlyList<LoadChange> In(IEnumerable<string> log) =>
    [
        .. log.Where(line => line.StartsWith('{')).Select(line => (Line: line, Json: JsonNode.Parse(line)!))
            .Where(entry => entry.Json["message"]!.GetValue<string>().StartsWith("Load: ", StringComparison.Ordinal) && entry.Json[nameof(Before)] is not null)
            .Select(entry => new LoadChange(
                DateTime.Parse(entry.Json["time"]!.GetValue<string>(), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal),
                Text(entry.Json[nameof(Before)]!),
                Text(entry.Json["Now"]!),
                entry.Line)),
    ];

    /// <summary>Most changes in any minute.</summary>
    public static int MostInAMinute(IReadOnlyList<LoadChange> changes) =>
        changes.Select(first => changes.Count(other => other.At >= first.At && other.At < first.At.AddMinutes(1))).DefaultIfEmpty().Max();

    private static string Text(JsonNode state) => state.GetValue<string>().ToLowerInvariant();
}
