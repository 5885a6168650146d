using System.Text.Json;

namespace WsFanout.Tools;

/// <summary>Fields of a server's frame. What a frame needs and lacks makes it none of the protocol.</summary>
/// <exception cref="JsonException">By <see cref="Text"/>, <see cref="Number"/>, <see cref="Texts"/> and <see cref="Point"/>: missing, or of another kind.</exception>
internal static class FrameField
{
    public static string Text(JsonElement frame, string name) =>
        TextIfAny(frame, name) ?? throw new JsonException($"the field {name} is missing or no string");

    public static string? TextIfAny(JsonElement frame, string name) =>
        frame.ValueKind == JsonValueKind.Object && frame.TryGetProperty(name, out var field) && field.ValueKind == JsonValueKind.String ? field.GetString() : null;

    public static long Number(JsonElement frame, string name) =>
        frame.TryGetProperty(name, out var field) && field.ValueKind == JsonValueKind.Number && field.TryGetInt64(out var number)
            ? number
            : throw new JsonException($"the field {name} is missing or no whole number");

    public static IReadOnlyList<string> Texts(JsonElement frame, string name) =>
        frame.TryGetProperty(name, out var field) && field.ValueKind == JsonValueKind.Array && field.EnumerateArray().All(one => one.ValueKind == JsonValueKind.String)
            ? [.. field.EnumerateArray().Select(one => one.GetString() ?? "")]
            : throw new JsonException($"the field {name} is missing or no list of strings");

    /// <summary>The <c>id</c> of a request that a tool made; <see langword="null"/> when there is none or it is somebody else's.</summary>
    public static int? Id(JsonElement frame) =>
        frame.TryGetProperty("id", out var field) && field.ValueKind == JsonValueKind.Number && field.TryGetInt32(out var id) ? id : null;

    /// <summary>The place in the stream that a frame names.</summary>
    public static ResumePoint Point(JsonElement frame) => new(Number(frame, "seq"), Text(frame, "epoch"), Number(frame, "ts"));

    /// <summary>True when the frame has this field, and it is <see langword="false"/>.</summary>
    public static bool IsFalse(JsonElement frame, string name) => frame.TryGetProperty(name, out var field) && field.ValueKind == JsonValueKind.False;
}
