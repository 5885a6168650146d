using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using WsFanout.Messages;

namespace WsFanout.Clients;

/// <summary>Writes the frames that go to one client: everything but messages, gaps of the stream and resets, which are shared.</summary>
/// <remarks>One a worker; the worker's thread only. Reuses its buffer; each frame is a copy.</remarks>
internal sealed class AnswerWriter : IDisposable
{
    private const int Version = 1;

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly Utf8JsonWriter _json;

    public AnswerWriter() =>
        _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public Frame Welcome(string client, in Position position, ClientOptions options)
    {
        Begin("welcome", null);
        _json.WriteString("client", client);
        _json.WriteNumber("version", Version);
        _json.WriteString("epoch", position.Epoch);
        WritePosition(position);
        _json.WriteNumber("ping", options.PingInterval.TotalSeconds);
        _json.WriteStartObject("limits");
        _json.WriteNumber("channels", options.MaxChannels);
        _json.WriteNumber("patterns", options.MaxPatterns);
        _json.WriteNumber("message_bytes", options.MaxMessageBytes);
        _json.WriteNumber("replay_seconds", options.ReplayMaxAge.TotalSeconds);
        _json.WriteEndObject();
        return End();
    }

    /// <param name="recovered">Whether everything after the client's position follows; null when it gave none.</param>
    /// <param name="recovery">The names that there is something to tell of.</param>
    public Frame Subscribed(byte[]? id, in SubscriptionAck ack, in Position position, bool? recovered, IReadOnlyList<RecoveryRow> recovery)
    {
        Begin("subscription_ack", id);
        WriteNames("subscribed", ack.Names);
        _json.WriteNumber("count", ack.Count);
        WritePosition(position);
        _json.WriteString("epoch", position.Epoch);
        if (recovered is { } all) _json.WriteBoolean("recovered", all);
        if (recovery.Count > 0) WriteRows(recovery);
        return End();
    }

    public Frame Unsubscribed(byte[]? id, IReadOnlyList<string> names, int count)
    {
        Begin("unsubscription_ack", id);
        WriteNames("unsubscribed", names);
        _json.WriteNumber("count", count);
        return End();
    }

    /// <param name="from">First sequence number that is looked back on.</param>
    /// <param name="to">Last one.</param>
    public Frame ReplayBegin(byte[]? id, long from, long to)
    {
        Begin("replay_begin", id);
        _json.WriteNumber("from", from);
        _json.WriteNumber("to", to);
        return End();
    }

    /// <param name="count">Messages between the brackets.</param>
    public Frame ReplayComplete(byte[]? id, int count)
    {
        Begin("replay_complete", id);
        _json.WriteNumber("count", count);
        return End();
    }

    public Frame Sync(byte[]? id, in Position position)
    {
        Begin("sync", id);
        WritePosition(position);
        return End();
    }

    public Frame Reset(in Position position)
    {
        Begin("reset", null);
        _json.WriteString("epoch", position.Epoch);
        WritePosition(position);
        return End();
    }

    public Frame PositionTold(in Position position)
    {
        Begin("position", null);
        WritePosition(position);
        return End();
    }

    /// <param name="nowMs">The server's wall clock, unix milliseconds: what a client can measure its own clock against.</param>
    public Frame Pong(byte[]? id, long nowMs, in Position position)
    {
        Begin("pong", id);
        _json.WriteNumber("ts", nowMs);
        _json.WriteNumber("seq", position.Sequence);
        return End();
    }

    /// <param name="channel">The only one that the gap concerns; null when it may concern any.</param>
    /// <param name="reason"><c>slow</c>, <c>window</c> or <c>upstream</c>.</param>
    public Frame Gap(string? channel, long from, long to, string reason)
    {
        Begin("gap", null);
        if (channel is not null) _json.WriteString("channel", channel);
        _json.WriteNumber("from", from);
        _json.WriteNumber("to", to);
        _json.WriteString("reason", reason);
        return End();
    }

    /// <param name="expiresAt">When the token expires. Unix seconds.</param>
    public Frame Authenticated(byte[]? id, long expiresAt)
    {
        Begin("auth_ack", id);
        _json.WriteNumber("expires", expiresAt);
        return End();
    }

    public Frame Error(byte[]? id, string code, string message)
    {
        Begin("error", id);
        _json.WriteString("code", code);
        _json.WriteString("message", message);
        return End();
    }

    /// <param name="retryMs">When the client should come back, from now. Milliseconds.</param>
    public Frame Bye(CloseReason reason, long retryMs)
    {
        Begin("bye", null);
        _json.WriteNumber("code", reason.Code);
        _json.WriteString("reason", reason.Name);
        _json.WriteNumber("retry_ms", retryMs);
        return End();
    }

    public void Dispose() => _json.Dispose();

    private void Begin(string type, byte[]? id)
    {
        _buffer.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteString("type", type);
        if (id is null) return;
        _json.WritePropertyName("id");

        // Taken from a message that was valid JSON.
        _json.WriteRawValue(id, skipInputValidation: true);
    }

    private void WritePosition(in Position position)
    {
        _json.WriteNumber("seq", position.Sequence);
        _json.WriteNumber("ts", position.TimestampMs);
    }

    private void WriteNames(string property, IReadOnlyList<string> names)
    {
        _json.WriteStartArray(property);
        foreach (var name in names) _json.WriteStringValue(name);
        _json.WriteEndArray();
    }

    private void WriteRows(IReadOnlyList<RecoveryRow> rows)
    {
        _json.WriteStartArray("recovery");
        foreach (var row in rows)
        {
            _json.WriteStartObject();
            _json.WriteString("channel", row.Name);
            _json.WriteBoolean("recovered", row.IsRecovered);
            _json.WriteNumber("from", row.From);
            _json.WriteNumber("to", row.To);
            _json.WriteNumber("count", row.Count);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private Frame End()
    {
        _json.WriteEndObject();
        _json.Flush();
        return Frame.Text(_buffer.WrittenSpan);
    }
}
