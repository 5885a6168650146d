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
        var verdict = position.Take(frame);
        switch (FrameField.Text(frame, "type"))
        {
            case "message":
                Message(frame, verdict);
                break;
            case "welcome":
                _welcome = true;
                return Subscribe();
            case "subscription_ack":
                Acknowledged(frame);
                break;
            case "snapshot":
                printer.Message(frame, FrameField.Text(frame, "channel"), FrameField.Number(frame, "seq"), FrameField.Number(frame, "ts"));
                break;
            case "gap":
                Gap(frame);
                break;
            case "reset":
                printer.Note($"reset: the stream is another one now, it stands at {FrameField.Number(frame, "seq")}");
                break;
            case "unsubscription_ack":
                printer.Note($"the server has withdrawn {string.Join(", ", FrameField.Texts(frame, "unsubscribed"))}");
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

    private ReadOnlyMemory<byte> Subscribe()
    {
        var resume = position.Resume;
        position.Asked(SubscribeId, new AskedSubscription(options.Channels, resume));
        var frame = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(frame))
        {
            json.WriteStartObject();
            json.WriteString("type", "subscribe");
            json.WriteNumber("id", SubscribeId);
            json.WriteStartObject("data");
            json.WriteStartArray("channels");
            foreach (var channel in options.Channels) json.WriteStringValue(channel);
            json.WriteEndArray();
            if (resume is not null)
            {
                json.WriteNumber("since", resume.Since);
                json.WriteString("epoch", resume.Epoch);
                json.WriteNumber("at", resume.At);
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return frame.WrittenMemory;
    }

    private void Message(JsonElement frame, MessageVerdict? verdict)
    {
        if (verdict == MessageVerdict.Duplicate) return;

        var (channel, seq) = (FrameField.Text(frame, "channel"), FrameField.Number(frame, "seq"));
        if (verdict == MessageVerdict.NewAfterLoss)
            printer.Note($"message {FrameField.Number(frame, "prev")} of {channel} is missing before {seq}, and no gap covers it: the server is at fault");
        printer.Message(frame, channel, seq, FrameField.Number(frame, "ts"));
    }

    private void Acknowledged(JsonElement frame)
    {
        // Nothing accepted: the errors that follow say why.
        if (FrameField.Number(frame, "count") == 0) return;

        Subscribed = true;
        if (FrameField.IsFalse(frame, "recovered")) printer.Note("not everything since the last connection could be recovered");
        printer.Note($"subscribed to {string.Join(", ", options.Channels)} at {FrameField.Number(frame, "seq")}");
    }

    private void Gap(JsonElement frame)
    {
        var (from, to) = (FrameField.Number(frame, "from"), FrameField.Number(frame, "to"));
        printer.Note($"gap ({FrameField.Text(frame, "reason")}): {FrameField.TextIfAny(frame, "channel") ?? "any channel"} {from}..{to} will not come");
    }

    private void Error(JsonElement frame)
    {
        printer.Note($"error: {FrameField.Text(frame, "code")}: {FrameField.Text(frame, "message")}");
        if (FrameField.Id(frame) != SubscribeId || Subscribed || FrameField.Text(frame, "code") == "rate_limited") return;

        _namesRefused++;
        if (_namesRefused == options.Channels.Count) Refused = new ConnectionEnd("no subscription was accepted", Final: true);
    }

    private void Bye(JsonElement frame)
    {
        var code = (int)FrameField.Number(frame, "code");
        var pause = Refusal.Clamp(TimeSpan.FromMilliseconds(Math.Clamp(FrameField.Number(frame, "retry_ms"), 0, int.MaxValue)));
        Goodbye = new ConnectionEnd($"closed: {CloseCode.Describe(code)}", CloseCode.IsFinal(code), pause);
        printer.Note($"bye: {CloseCode.Describe(code)}, {FrameField.Text(frame, "reason")}");
    }
}
