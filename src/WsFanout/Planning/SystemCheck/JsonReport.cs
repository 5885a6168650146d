using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace WsFanout.Planning.SystemCheck;

/// <summary>The report for programs; its shape is in <c>docs/CHECK.md</c> and only grows.</summary>
internal static class JsonReport
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(CheckReport report)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options)) Write(json, report);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, CheckReport report)
    {
        json.WriteStartObject();
        json.WriteNumber("format"u8, 1);
        json.WriteString("version"u8, report.Version);
        json.WriteBoolean("strict"u8, report.IsStrict);
        json.WriteNumber("exit_code"u8, report.ExitCode);
        json.WriteStartObject("counts"u8);
        foreach (var verdict in Enum.GetValues<Verdict>()) json.WriteNumber(CheckReport.Word(verdict), report.Count(verdict));
        json.WriteEndObject();
        json.WriteStartArray("items"u8);
        foreach (var finding in report.Findings) Write(json, finding);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Finding finding)
    {
        json.WriteStartObject();
        json.WriteString("group"u8, finding.Group);
        json.WriteString("name"u8, finding.Name);
        json.WriteString("subject"u8, finding.Subject);
        json.WriteString("verdict"u8, CheckReport.Word(finding.Verdict));
        json.WriteString("needed"u8, finding.Needed);
        json.WriteString("found"u8, finding.Found);
        json.WriteString("detail"u8, finding.Detail);
        json.WriteStartArray("cure"u8);
        foreach (var line in finding.Cure) json.WriteStringValue(line);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
