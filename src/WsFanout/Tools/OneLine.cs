namespace WsFanout.Tools;

/// <summary>Makes text of others safe to print as part of one line.</summary>
internal static class OneLine
{
    /// <summary>Control characters become spaces: JSON has them only between its tokens, and a terminal would obey them.</summary>
    public static string Of(string text)
    {
        foreach (var character in text)
        {
            if (char.IsControl(character)) return string.Create(text.Length, text, Clean);
        }
        return text;
    }

    private static void Clean(Span<char> line, string text)
    {
        for (var i = 0; i < text.Length; i++) line[i] = char.IsControl(text[i]) ? ' ' : text[i];
    }
}
