using System.Text.Json;
using System.Text.Json.Nodes;
using WsFanout.Nats;
using static WsFanout.Planning.SystemCheck.Broker.Visit;

namespace WsFanout.Planning.SystemCheck.Broker;

/// <summary>A stream that is not there: whether the server would make it, may, and could.</summary>
internal sealed class MissingStream(Visit visit)
{
    public async Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancellationToken)
    {
        var (name, finding) = (visit.Stream.StreamName, Finding("stream", Verdict.Ok) with { Subject = visit.Stream.StreamName, Needed = "there, or made by the server", Found = "not there" });
        if (!visit.Stream.EnsureStream)
        {
            return [finding with { Verdict = Verdict.Error, Detail = "JS_STREAM_ENSURE is false: the server waits for somebody to make it.", Cure = [Command(), "JS_STREAM_ENSURE=true"] }];
        }

        return
        [
            finding with { Detail = "The server makes it at its start, with the limits of JS_STREAM_MAX_AGE, JS_STREAM_MAX_MSGS and JS_STREAM_MAX_BYTES." },
            await Rights.CreateStreamAsync(visit, isMissing: true, cancellationToken),
            await OverlapAsync(cancellationToken),
            Replicas(),
            Finding("rights", Verdict.Skipped) with { Subject = name, Detail = "What is allowed on the stream can be tried once it is there." },
        ];
    }

    /// <summary>No two streams hold one subject.</summary>
    private async Task<Finding> OverlapAsync(CancellationToken cancellationToken)
    {
        var finding = Finding("stream_subjects", Verdict.Ok) with { Subject = visit.Stream.StreamName, Needed = $"{string.Join(',', visit.Stream.Subjects)} (JS_SUBJECTS) held by no other stream" };
        foreach (var subject in visit.Stream.Subjects)
        {
            var holders = await AskAsync(() => HoldersAsync(subject, cancellationToken));
            if (holders.Value is null) return finding with { Verdict = Verdict.Unknown, Detail = $"The streams could not be listed: {holders.Refusal?.Message} The server itself does not need to." };
            if (holders.Value.Count > 0) return finding with { Verdict = Verdict.Error, Found = $"{subject} is held by {string.Join(", ", holders.Value)}", Detail = "The broker refuses a stream that overlaps another.", Cure = [$"JS_STREAM_NAME={holders.Value[0]}, or other JS_SUBJECTS"] };
        }

        return finding with { Found = "held by none" };
    }

    private async Task<List<string>> HoldersAsync(string subject, CancellationToken cancellationToken)
    {
        const string names = "$JS.API.STREAM.NAMES";
        using var answer = await visit.Connection.RequestAsync(names, JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["subject"] = subject }), ct: cancellationToken);
        try
        {
            var json = JsonNode.Parse(answer.Payload);
            if (json?["error"]?["description"] is { } refused) throw new NatsException($"JetStream: {refused.GetValue<string>()}.");
            return [.. json?["streams"]?.AsArray().Select(stream => stream?.GetValue<string>()).OfType<string>() ?? []];
        }
        catch (Exception unread) when (unread is JsonException or InvalidOperationException)
        {
            throw new NatsException($"The answer on '{names}' was not understood.", unread);
        }
    }

    private Finding Replicas()
    {
        var finding = Finding("stream_replicas", Verdict.Ok) with { Needed = Text($"{visit.Stream.Replicas} (JS_STREAM_REPLICAS)"), Found = visit.Connection.ServerInfo?.Cluster is { } cluster ? $"cluster {cluster}" : "a single server" };
        if (visit.Stream.Replicas == 1) return finding;
        return visit.Connection.ServerInfo?.Cluster is null
            ? finding with { Verdict = Verdict.Error, Detail = "A server without a cluster can hold one copy only.", Cure = ["JS_STREAM_REPLICAS=1"] }
            : finding with { Verdict = Verdict.Unknown, Detail = "How many servers of the cluster have JetStream is not told to this user." };
    }

    private string Command() => $"nats stream add {visit.Stream.StreamName} --subjects '{string.Join(',', visit.Stream.Subjects)}' --retention limits";
}
