using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace WsFanout.Hosting;

/// <summary>One log event as one line of JSON: time, level, logger, message, then the message's own properties.</summary>
internal sealed class JsonLogLine : ITextFormatter
{
    private const string LoggerProperty = "SourceContext";

    // Strings as they are, without the quotes that Serilog puts around them.
    private static readonly MessageTemplateTextFormatter Message = new("{Message:lj}", CultureInfo.InvariantCulture);

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Format(LogEvent logEvent, TextWriter output)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            json.WriteStartObject();
            json.WriteString("time", logEvent.Timestamp.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
            json.WriteString("level", LevelOf(logEvent.Level));
            if (logEvent.Properties.TryGetValue(LoggerProperty, out var logger) && logger is ScalarValue { Value: string name }) json.WriteString("logger", name);
            json.WriteString("message", Render(logEvent));
            foreach (var (property, value) in logEvent.Properties)
            {
                if (property is not (LoggerProperty or "EventId")) Write(json, property, value);
            }

            if (logEvent.Exception is { } exception) json.WriteString("exception", exception.ToString());
            json.WriteEndObject();
        }

        output.Write(Encoding.UTF8.GetString(buffer.WrittenSpan));
        output.Write('\n');
    }

    private static string Render(LogEvent logEvent)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        Message.Format(logEvent, text);
        return text.ToString();
    }

    private static void Write(Utf8JsonWriter json, string property, LogEventPropertyValue value)
    {
        switch (value)
        {
            case ScalarValue { Value: null }:
                json.WriteNull(property);
                break;
            case ScalarValue { Value: bool flag }:
                json.WriteBoolean(property, flag);
                break;
            case ScalarValue { Value: int or long or short or byte } number:
                json.WriteNumber(property, Convert.ToInt64(number.Value, CultureInfo.InvariantCulture));
                break;
            case ScalarValue { Value: double number } when double.IsFinite(number):
                json.WriteNumber(property, number);
                break;
            case ScalarValue { Value: double number }:
                json.WriteString(property, number.ToString(CultureInfo.InvariantCulture));
                break;
            case ScalarValue { Value: string text }:
                json.WriteString(property, text);
                break;
            default:
                json.WriteString(property, value.ToString());
                break;
        }
    }

    private static string LevelOf(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => "trace",
        LogEventLevel.Debug => "debug",
        LogEventLevel.Information => "info",
        LogEventLevel.Warning => "warning",
        LogEventLevel.Error => "error",
        _ => "critical",
    };
}
