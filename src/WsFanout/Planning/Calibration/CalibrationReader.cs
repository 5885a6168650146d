using System.Globalization;
using System.Text;
using System.Text.Json;

namespace WsFanout.Planning.Calibration;

/// <summary>Reads a calibration file, or says in one sentence which field of it is wrong and what is allowed.</summary>
internal sealed class CalibrationReader
{
    private const long MaxFileBytes = 4L << 20;
    private const int MaxShown = 60;
    private const int LargestPayload = 64 << 20;

    private readonly JsonElement _root;

    private CalibrationReader(JsonElement root) => _root = root;

    /// <param name="path">Of the file; relative to the working directory.</param>
    /// <param name="problem">What is wrong with it, beginning with the field; null when nothing is. Does not name the file.</param>
    public static CalibrationFile? Read(string path, out string? problem)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Length > MaxFileBytes)
            {
                problem = "is larger than 4MB";
                return null;
            }

            return Parse(File.ReadAllBytes(path), $"the calibration {Path.GetFileName(path)}", out problem);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problem = $"cannot be read ({e.GetType().Name})";
            return null;
        }
    }

    /// <param name="json">The whole file, UTF-8.</param>
    /// <param name="name">What it is called in formulas.</param>
    public static CalibrationFile? Parse(ReadOnlyMemory<byte> json, string name, out string? problem)
    {
        try
        {
            if (json.Span.StartsWith(Encoding.UTF8.Preamble)) json = json[Encoding.UTF8.Preamble.Length..];
            using var document = JsonDocument.Parse(json);
            problem = null;
            return new CalibrationReader(document.RootElement).ToFile(name);
        }
        catch (JsonException e)
        {
            problem = $"is no JSON (line {e.LineNumber + 1})";
        }
        catch (FieldException e)
        {
            problem = e.Message;
        }

        return null;
    }

    /// <exception cref="InvalidOperationException">The program was built with a file that is not good.</exception>
    public static CalibrationFile ReadEmbedded(string file, string name)
    {
        using var stream = typeof(CalibrationReader).Assembly.GetManifestResourceStream($"Planning/{file}")
            ?? throw new InvalidOperationException($"{file} is not part of the program");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return Parse(bytes, name, out var problem) ?? throw new InvalidOperationException($"{file}: {problem}");
    }

    private CalibrationFile ToFile(string name)
    {
        if (_root.ValueKind != JsonValueKind.Object) throw new FieldException("is no JSON object");

        OneOf("format", CalibrationFile.Format);
        var costs = Child(_root, "costs", JsonValueKind.Object, "an object");
        return new CalibrationFile
        {
            Name = name,
            MeasuredAt = Time("measuredAt"),
            MeasuredBy = Text("measuredBy"),
            Server = Text("server"),
            Machine = Text("machine"),
            Transport = OneOf("transport", "direct", "stream"),
            Link = OneOf("link", "loopback", "cable", "network"),
            PayloadBytes = Whole("payloadBytes", LargestPayload),
            Costs = new UnitCosts
            {
                SecondsPerDelivery = Cost(costs, CostField.Delivery),
                SecondsPerMessage = Cost(costs, CostField.Message),
                SecondsPerHandshake = Cost(costs, CostField.Handshake),
                SecondsPerTlsHandshake = Cost(costs, CostField.TlsHandshake),
                SecondsPerRefusal = Cost(costs, CostField.Refusal),
                IdleCores = Cost(costs, CostField.Idle),
                SecondsPerIdleClientSecond = Cost(costs, CostField.IdleClient),
                BytesPerClient = Cost(costs, CostField.ClientBytes),
                BytesPerTlsClient = Cost(costs, CostField.TlsClientBytes),
                KernelBytesPerSocket = Cost(costs, CostField.KernelBytes),
                FixedBytes = Cost(costs, CostField.Fixed),
            },
            TakenOver = TakenOver(),
            Note = _root.TryGetProperty("note", out _) ? Child(_root, "note", JsonValueKind.String, "a text").GetString() : null,
            Knee = Knee(),
        };
    }

    private static double Cost(JsonElement costs, CostField field) => Number(costs, "costs.", field.Name, field.Least, field.Most);

    private string[] TakenOver()
    {
        if (!_root.TryGetProperty("takenOver", out _)) return [];

        const string Allowed = "a list of names of costs";
        var names = Child(_root, "takenOver", JsonValueKind.Array, Allowed);
        return [.. names.EnumerateArray().Select(name =>
            name.ValueKind == JsonValueKind.String && name.GetString() is { } text && CostField.All.Any(field => field.Name == text)
                ? text
                : throw Wrong("takenOver", name, Allowed))];
    }

    private Knee? Knee()
    {
        if (!_root.TryGetProperty("knee", out var found) || found.ValueKind == JsonValueKind.Null) return null;

        var knee = Child(_root, "knee", JsonValueKind.Object, "an object");
        return new Knee(
            Number(knee, "knee.", "clients", 0, 1e7),
            Number(knee, "knee.", "messagesPerSecond", 0, 1e9),
            Number(knee, "knee.", "deliveriesPerSecond", 0, 1e12),
            Text(knee, "boundBy", "knee."),
            Number(knee, "knee.", "cpuLimitCores", 0.001, 4096));
    }

    private string Text(string name) => Text(_root, name, "");

    // They are printed, and a terminal would obey what else is in them.
    private static string Text(JsonElement parent, string name, string path)
    {
        var field = Child(parent, name, JsonValueKind.String, "a text", path);
        var text = field.GetString() ?? "";
        return text.Any(char.IsControl) ? throw Wrong(path + name, field, "a text of one line without control characters") : text;
    }

    private int Whole(string name, int most)
    {
        var allowed = string.Create(CultureInfo.InvariantCulture, $"a whole number from 1 to {most}");
        var field = Child(_root, name, JsonValueKind.Number, allowed);
        return field.TryGetDouble(out var value) && value == Math.Floor(value) && value >= 1 && value <= most ? (int)value : throw Wrong(name, field, allowed);
    }

    private string OneOf(string name, params ReadOnlySpan<string> words)
    {
        var text = Text(name);
        return words.Contains(text) ? text : throw Wrong(name, _root.GetProperty(name), string.Join(" or ", words.ToArray()));
    }

    private DateTimeOffset Time(string name) =>
        DateTimeOffset.TryParse(Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw Wrong(name, _root.GetProperty(name), "a time like 2026-11-30T12:00:00Z");

    private static double Number(JsonElement parent, string path, string name, double least, double most)
    {
        var allowed = string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}");
        var field = Child(parent, name, JsonValueKind.Number, allowed, path);
        return field.TryGetDouble(out var value) && value >= least && value <= most ? value : throw Wrong(path + name, field, allowed);
    }

    private static JsonElement Child(JsonElement parent, string name, JsonValueKind kind, string allowed, string path = "")
    {
        if (parent.EnumerateObject().Count(property => property.NameEquals(name)) > 1) throw new FieldException($"{path}{name} is given twice");
        if (!parent.TryGetProperty(name, out var field)) throw new FieldException($"{path}{name} is missing; it must be {allowed}");

        return field.ValueKind == kind ? field : throw Wrong(path + name, field, allowed);
    }

    private static FieldException Wrong(string field, JsonElement value, string allowed)
    {
        var text = value.GetRawText();
        var shown = string.Concat((text.Length <= MaxShown ? text : text[..MaxShown] + "…").Select(c => char.IsControl(c) ? '?' : c));
        return new FieldException($"{field} is {shown}; it must be {allowed}");
    }

    /// <summary>Ends the reading at the first field that is wrong.</summary>
    private sealed class FieldException(string message) : Exception(message);
}
