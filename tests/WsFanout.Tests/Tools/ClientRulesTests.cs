using System.Text.Json;
using WsFanout.Tests.Deploy;
using WsFanout.Tools;

namespace WsFanout.Tests.Tools;

/// <summary>The rules for clients by sequences of requests and frames that are played to <c>/client.js</c> as well: loadtest/test/client-rules.test.cjs.</summary>
public sealed class ClientRulesTests
{
    private static readonly JsonDocument Sequences = JsonDocument.Parse(RepositoryFiles.ReadText("tests/WsFanout.Tests/Tools/client-rules.json"));

    private static readonly Dictionary<string, MessageVerdict> Verdicts = new()
    {
        ["new"] = MessageVerdict.New,
        ["hole"] = MessageVerdict.NewAfterLoss,
        ["duplicate"] = MessageVerdict.Duplicate,
        ["replayed"] = MessageVerdict.Replayed,
    };

    public static TheoryData<string> Names => [.. Sequences.RootElement.EnumerateArray().Select(one => one.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_shared_sequence_of_frames_leads_to_the_same_verdicts_and_positions(string name)
    {
        var sequence = Sequences.RootElement.EnumerateArray().Single(one => one.GetProperty("name").GetString() == name);
        var position = new ClientPosition(
            sequence.TryGetProperty("position", out var resume) ? Point(resume) : null, Bound(sequence, "maxChannels", 50_000), Bound(sequence, "maxGaps", 1_000));

        foreach (var step in sequence.GetProperty("steps").EnumerateArray()) Play(position, step);
    }

    private static void Play(ClientPosition position, JsonElement step)
    {
        if (step.TryGetProperty("connecting", out var names))
        {
            position.Connecting(Texts(names));
        }
        else if (step.TryGetProperty("asked", out var request))
        {
            var data = request.GetProperty("data");
            var from = data.TryGetProperty("since", out var since)
                ? new ResumePoint(since.GetInt64(), data.GetProperty("epoch").GetString()!, data.GetProperty("at").GetInt64())
                : null;
            position.Asked(request.GetProperty("id").GetInt32(), new AskedSubscription(Texts(data.GetProperty("channels")), from));
        }
        else if (step.TryGetProperty("take", out var frame))
        {
            MessageVerdict? expected = step.TryGetProperty("verdict", out var verdict) ? Verdicts[verdict.GetString()!] : null;
            Assert.True(expected == position.Take(frame), $"not {expected?.ToString() ?? "nothing"} after {step}");
        }
        else
        {
            var expected = step.GetProperty("position");
            Assert.Equal(expected.ValueKind == JsonValueKind.Null ? null : Point(expected), position.Resume);
        }
    }

    private static ResumePoint Point(JsonElement position) =>
        new(position.GetProperty("seq").GetInt64(), position.GetProperty("epoch").GetString()!, position.GetProperty("ts").GetInt64());

    private static string[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(one => one.GetString()!)];

    private static int Bound(JsonElement sequence, string name, int otherwise) =>
        sequence.TryGetProperty("bounds", out var bounds) && bounds.TryGetProperty(name, out var bound) ? bound.GetInt32() : otherwise;
}
