using System.Text.Json.Nodes;

namespace WsFanout.Tests.Fanout.Replays;

/// <summary>Frames as short texts, for a test to compare.</summary>
internal static class ReplayText
{
    public static string Of(JsonNode frame) => frame["type"]!.GetValue<string>() switch
    {
        "message" => $"message {frame["seq"]}",
        "snapshot" => $"snapshot {frame["channel"]} {frame["seq"]}",
        "sync" => $"sync {frame["seq"]}",
        "gap" => $"gap {frame["channel"]} {frame["from"]}-{frame["to"]} {frame["reason"]}",
        "replay_begin" => $"begin {frame["from"]}-{frame["to"]}",
        "replay_complete" => $"complete {frame["count"]}",
        var type => type,
    };
}
