using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace WsFanout.Tests.Deploy;

/// <summary>
/// Reads the YAML that this repository's manifests are written in: maps and lists by indentation, plain and quoted scalars, lists in one line of
/// quoted or plain scalars, comments. Every scalar is a string. Whatever else YAML has is refused, not guessed at.
/// </summary>
internal static partial class YamlText
{
    /// <summary>The documents between lines of <c>---</c>.</summary>
    /// <exception cref="FormatException">Not of that kind; the message has the line.</exception>
    public static IReadOnlyList<JsonNode> Documents(string text)
    {
        var documents = new List<JsonNode>();
        foreach (var part in DocumentEnd().Split(text))
        {
            var lines = LinesOf(part);
            if (lines.Count == 0) continue;
            var at = 0;
            var document = ReadNode(lines, ref at, lines[0].Indent);
            if (at < lines.Count) throw new FormatException($"this line fits nowhere: {lines[at].Text}");
            documents.Add(document);
        }

        return documents;
    }

    private static List<(int Indent, string Text)> LinesOf(string text)
    {
        var lines = new List<(int, string)>();
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd()))
        {
            var content = line.TrimStart(' ');
            if (content.Length == 0 || content[0] == '#') continue;
            if (content[0] == '\t') throw new FormatException($"a tab in the indentation: {line}");
            lines.Add((line.Length - content.Length, content));
        }

        return lines;
    }

    private static JsonNode ReadNode(List<(int Indent, string Text)> lines, ref int at, int indent) =>
        IsItem(lines[at].Text) ? ReadList(lines, ref at, indent) : ReadMap(lines, ref at, indent);

    private static JsonArray ReadList(List<(int Indent, string Text)> lines, ref int at, int indent)
    {
        var list = new JsonArray();
        while (at < lines.Count && lines[at].Indent == indent && IsItem(lines[at].Text))
        {
            var item = lines[at].Text[2..].TrimStart();
            if (Entry().IsMatch(item))
            {
                // A map that begins behind the dash goes on below its first key.
                var inner = indent + lines[at].Text.Length - item.Length;
                lines[at] = (inner, item);
                list.Add(ReadMap(lines, ref at, inner));
            }
            else
            {
                list.Add(Scalar(item));
                at++;
            }
        }

        return list;
    }

    private static JsonObject ReadMap(List<(int Indent, string Text)> lines, ref int at, int indent)
    {
        var map = new JsonObject();
        while (at < lines.Count && lines[at].Indent == indent && !IsItem(lines[at].Text))
        {
            var entry = Entry().Match(lines[at].Text);
            if (!entry.Success) throw new FormatException($"no key with a value: {lines[at].Text}");
            var key = entry.Groups["key"].Value.Trim('"');
            if (map.ContainsKey(key)) throw new FormatException($"a second {key}");
            var value = entry.Groups["value"].Value;
            at++;
            map[key] = value.Length > 0 && value[0] != '#' ? Scalar(value)
                : at < lines.Count && lines[at].Indent > indent ? ReadNode(lines, ref at, lines[at].Indent)
                : throw new FormatException($"{key} has no value");
        }

        if (at < lines.Count && lines[at].Indent > indent) throw new FormatException($"indented too far: {lines[at].Text}");
        return map;
    }

    private static JsonNode Scalar(string text)
    {
        if (Quoted().Match(text) is { Success: true } quoted) return JsonValue.Create(quoted.Groups["text"].Value);
        var plain = TrailingComment().Replace(text, "");
        if (plain == "{}") return new JsonObject();
        if (plain.StartsWith('[') && plain.EndsWith(']')) return new JsonArray([.. plain[1..^1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Scalar)]);
        if (plain.Length == 0 || "&*|>{[%@`'\"!".Contains(plain[0], StringComparison.Ordinal)) throw new FormatException($"more than this reader knows: {text}");
        return JsonValue.Create(plain);
    }

    private static bool IsItem(string text) => text.StartsWith("- ", StringComparison.Ordinal);

    [GeneratedRegex(@"^---\s*$", RegexOptions.Multiline)]
    private static partial Regex DocumentEnd();

    [GeneratedRegex("""^(?<key>"[^"]+"|[A-Za-z_][^\s:]*):(?:\s+(?<value>.*))?$""")]
    private static partial Regex Entry();

    [GeneratedRegex("""^(?:"(?<text>[^"\\]*)"|'(?<text>[^']*)')\s*(?:#.*)?$""")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\s+#.*$")]
    private static partial Regex TrailingComment();
}
