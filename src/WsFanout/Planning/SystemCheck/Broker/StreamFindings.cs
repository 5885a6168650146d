using WsFanout.Hosting.Settings;
using WsFanout.Intake;
using WsFanout.Nats;
using static WsFanout.Planning.SystemCheck.Broker.Visit;

namespace WsFanout.Planning.SystemCheck.Broker;

/// <summary>A stream that exists, held against what the server needs and its settings promise. The rules are the intake's own.</summary>
internal static class StreamFindings
{
    /// <summary>Part of a limit from which on it is the one that binds.</summary>
    private const double NearlyFull = 0.95;

    /// <summary>A pause is noticed, decided on and ended; the intake's rule is the same for the age.</summary>
    private const int PausesToKeep = 2;

    public static IEnumerable<Finding> Of(StreamInfo info, ServerSettings settings)
    {
        var (config, options) = (info.Config, settings.Stream);
        var name = options.StreamName;
        yield return Finding("stream", Verdict.Ok) with { Subject = name, Found = Text($"{info.State.Messages} messages, {info.State.Bytes} bytes, {config.Storage.ToString().ToLowerInvariant()}, {config.NumReplicas} replicas") };

        var unservable = StreamConcerns.Refusal(config, options);
        yield return Finding("retention", unservable is null ? Verdict.Ok : Verdict.Error) with
        {
            Subject = name,
            Needed = "limits",
            Found = config.Retention.ToString().ToLowerInvariant(),
            Detail = unservable is null ? null : $"{unservable}.",
            Cure = unservable is null ? [] : ["a new stream with retention limits: it can't be changed"],
        };

        var concerns = StreamConcerns.Of(config, options).ToList();
        foreach (var concern in concerns) yield return Warning("stream_promise", name, $"{concern}.");
        if (concerns.Count == 0) yield return Finding("stream_promise", Verdict.Ok) with { Subject = name, Needed = "holds JS_SUBJECTS, for long enough for WS_REPLAY_MAX_AGE and JS_PAUSE_BUDGET", Found = $"holds {string.Join(',', config.Subjects ?? [])}, {Age(config)}" };
        foreach (var difference in StreamDifferences.Of(config, options)) yield return Warning("stream_differs", name, $"{difference}. It is served as it is.");
        yield return Window(info, options);
        foreach (var finding in Publishing(info, settings)) yield return finding;
    }

    /// <summary>How far back it reaches in truth: the number or the size of its messages may bind long before their age.</summary>
    private static Finding Window(StreamInfo info, StreamOptions options)
    {
        var (config, state) = (info.Config, info.State);
        var wanted = TimeSpan.FromTicks(Math.Max(options.ReplayMaxAge.Ticks, options.PauseBudget.Ticks * PausesToKeep));
        var finding = Finding("stream_window", Verdict.Ok) with { Subject = options.StreamName, Needed = Text($"{wanted.TotalSeconds:0.###} s of messages") };
        var isFull = (config.MaxMsgs > 0 && state.Messages >= config.MaxMsgs * NearlyFull) || (config.MaxBytes > 0 && state.Bytes >= config.MaxBytes * NearlyFull);
        if (!isFull) return finding with { Found = Text($"max_msgs and max_bytes do not bind: {state.Messages} messages, {state.Bytes} bytes") };
        if (state.FirstTime is not { } first || state.LastTime is not { } last) return finding with { Verdict = Verdict.Unknown, Detail = "The broker does not say of when its messages are." };
        finding = finding with { Found = Text($"{(last - first).TotalSeconds:0.###} s: {state.Messages} of max_msgs {config.MaxMsgs}, {state.Bytes} of max_bytes {config.MaxBytes}") };
        return last - first >= wanted
            ? finding
            : finding with
            {
                Verdict = Verdict.Warning,
                Detail = "The stream is full: what a resume or a pause counts on is dropped before its age is reached.",
                Cure = [$"nats stream edit {options.StreamName} with higher max_msgs or max_bytes"],
            };
    }

    private static IEnumerable<Finding> Publishing(StreamInfo info, ServerSettings settings)
    {
        var (config, name) = (info.Config, settings.Stream.StreamName);
        if (config.MaxMsgSize > 0 && config.MaxMsgSize < settings.Publish.MaxBytes) yield return Warning("stream_publish", name, Text($"max_msg_size is {config.MaxMsgSize}, WS_PUBLISH_MAX_BYTES {settings.Publish.MaxBytes}: what is larger is refused with 413."));
        if (config.Discard == StreamConfigDiscard.New) yield return Warning("stream_publish", name, "discard is new: once it is full it takes nothing more, and publishers are refused.");
        if (IsSet(config, "no_ack")) yield return Warning("stream_publish", name, "no_ack is set: POST /publish waits in vain for the word that a message is stored.");
        if (IsSet(config, "sealed")) yield return Warning("stream_publish", name, "it is sealed: nothing can be published to it any more.");
    }

    private static bool IsSet(StreamConfig config, string name) =>
        config.Rest is not null && config.Rest.TryGetValue(name, out var value) && value.ValueKind == System.Text.Json.JsonValueKind.True;

    private static Finding Warning(string name, string stream, string detail) => Finding(name, Verdict.Warning) with { Subject = stream, Detail = detail };

    private static string Age(StreamConfig config) => config.MaxAge > TimeSpan.Zero ? Text($"max_age {config.MaxAge.TotalSeconds:0.###} s") : "no age limit";
}
