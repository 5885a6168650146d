using System.Text.Json;

namespace WsFanout.Hosting.Settings;

/// <summary>The body of <c>GET /config</c>.</summary>
internal static class ConfigJson
{
    /// <summary>Writes one object: <c>settings</c>, <c>remarks</c>, <c>notes</c>. Does not flush.</summary>
    public static void Write(Utf8JsonWriter json, SettingsResult result)
    {
        json.WriteStartObject();
        json.WriteStartArray("settings"u8);
        foreach (var setting in result.Effective)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, setting.Name);
            json.WriteString("value"u8, setting.Value);
            json.WriteString("origin"u8, Word(setting.Origin));
            if (setting.Formula is not null)
            {
                json.WriteString("formula"u8, setting.Formula);
            }

            json.WriteString("meaning"u8, setting.Meaning);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Write(json, "remarks", result.Remarks);
        Write(json, "notes", result.Notes);
        json.WriteEndObject();
    }

    /// <summary>The origin as it stands in the JSON and the banner.</summary>
    public static string Word(SettingOrigin origin) => origin switch
    {
        SettingOrigin.Given => "given",
        SettingOrigin.Derived => "derived",
        _ => "default",
    };

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> sentences)
    {
        json.WriteStartArray(name);
        foreach (var sentence in sentences)
        {
            json.WriteStringValue(sentence);
        }

        json.WriteEndArray();
    }
}
