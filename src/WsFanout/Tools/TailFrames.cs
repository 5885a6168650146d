using System.Buffers;
using System.Text.Json;

namespace WsFanout.Tools;

/// <summary>Understands the frames of one connection: keeps the position, prints, and says what to send.</summary>
internal sealed class TailFrames(TailOptions options, ClientPosition position, TailPrinter printer)
{
    private const int SubscribeId = 1;

    // Receive loop only.
    private int _namesRefused;
    private bool _welcome;

    /// <summary>True once the subscription was acknowledged.</summary>
    public bool Subscribed { get; private set; }

    /// <summary>What the connection must not end without; for the message when it does not come.</summary>
    public string WaitsFor => _welcome ? "accepted subscription" : "welcome";

    /// <summary>Set when no subscription was accepted: there is nothing to wait for.</summary>
    public ConnectionEnd? Refused { get; private set; }

    /// <summary>What the server's <c>bye</c> said about the coming end.</summary>
    public ConnectionEnd? Goodbye { get; private set; }

    /// <summary>Takes one frame in.</summary>
    /// <returns>The frame to send in answer, if any.</returns>
    /// <exception cref="JsonException">It is not a frame of the protocol.</exception>
    public ReadOnlyMemory<byte>? Take(JsonElement frame)
    {
        switch (Text(frame, "type"))
        {
            case "message":
                Message(frame);
                break;
            case "welcome":
                _welcome = true;
                return Subscribe();
            case "subscription_ack":
                Acknowledged(frame);
                break;
            case "sync":
                position.Synced(Number(frame, "seq"), Number(frame, "ts"));
                break;
            case "position":
                position.Advance(Number(frame, "seq"), Number(frame, "ts"));
                break;
            case "gap":
                Gap(frame);
                break;
            case "reset":
                position.Reset(Text(frame, "epoch"), Number(frame, "seq"), Number(frame, "ts"));
                printer.Note($"reset: the stream is another one now, it stands at {Number(frame, "seq")}");
                break;
            case "error":
                Error(frame);
                break;
            case "bye":
                Bye(frame);
                break;
        }
        return null;
    }

    private ArrayBufferWriter<byte> SubscribeFrame()
    {
        var frame = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(frame);
        json.WriteStartObject();
        json.WriteString("type", "subscribe");
        json.WriteNumber("id", SubscribeId);
        json.WriteStartObject("data");
        json.WriteStartArray("channels");
        foreach (var channel in options.Channels) json.WriteStringValue(channel);
        json.WriteEndArray();
        if (position.Resume is { } point)
        {
            json.WriteNumber("since", point.Since);
            json.WriteString("epoch", point.Epoch);
            json.WriteNumber("at", point.At);
        }
        json.WriteEndObject();
        json.WriteEndObject();
        return frame;
    }

    private ReadOnlyMemory<byte> Subscribe()
    {
        var frame = SubscribeFrame().WrittenMemory;
        if (position.Resume is not null) position.Resuming();
        return frame;
    }

    private void Message(JsonElement frame)
    {
        var (channel, seq, prev, at) = (Text(frame, "channel"), Number(frame, "seq"), Number(frame, "prev"), Number(frame, "ts"));
        var verdict = position.Message(channel, seq, prev, at);
        if (verdict == MessageVerdict.Duplicate) return;

        if (verdict == MessageVerdict.NewAfterLoss) printer.Note($"message {prev} of {channel} is missing and no gap covers it: the server is at fault");
        printer.Message(frame, channel, seq, at);
    }

    private void Acknowledged(JsonElement frame)
    {
        // Nothing accepted: the errors that follow say why.
        if (Number(frame, "count") == 0) return;

        Subscribed = true;
        position.Acknowledged(Number(frame, "seq"), Number(frame, "ts"), Text(frame, "epoch"));
        if (frame.TryGetProperty("recovered", out var recovered) && recovered.ValueKind == JsonValueKind.False)
            printer.Note("not everything since the last connection could be recovered");
        printer.Note($"subscribed to {string.Join(", ", options.Channels)} at {Number(frame, "seq")}");
    }

    private void Gap(JsonElement frame)
    {
        var channel = frame.TryGetProperty("channel", out _) ? Text(frame, "channel") : null;
        var (from, to) = (Number(frame, "from"), Number(frame, "to"));
        position.Gap(channel, from, to);
        printer.Note($"gap ({Text(frame, "reason")}): {channel ?? "any channel"} {from}..{to} will not come");
    }

    private void Error(JsonElement frame)
    {
        printer.Note($"error: {Text(frame, "code")}: {Text(frame, "message")}");
        var ours = frame.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out var number) && number == SubscribeId;
        if (!ours || Subscribed) return;

        _namesRefused++;
        if (_namesRefused == options.Channels.Count) Refused = new ConnectionEnd("no subscription was accepted", Final: true);
    }

    private void Bye(JsonElement frame)
    {
        var code = (int)Number(frame, "code");
        var pause = Refusal.Clamp(TimeSpan.FromMilliseconds(Math.Clamp(Number(frame, "retry_ms"), 0, int.MaxValue)));
        Goodbye = new ConnectionEnd($"closed: {CloseCode.Describe(code)}", CloseCode.IsFinal(code), pause);
        printer.Note($"bye: {CloseCode.Describe(code)}, {Text(frame, "reason")}");
    }

    private static string Text(JsonElement frame, string name) =>
        frame.ValueKind == JsonValueKind.Object && frame.TryGetProperty(name, out var field) && field.ValueKind == JsonValueKind.String
            ? field.GetString() ?? ""
            : throw new JsonException($"the field {name} is missing or no string");

    private static long Number(JsonElement frame, string name) =>
        frame.TryGetProperty(name, out var field) && field.ValueKind == JsonValueKind.Number && field.TryGetInt64(out var number)
            ? number
            : throw new JsonException($"the field {name} is missing or no whole number");
}
