using System.Text;

namespace WsFanout.Planning.Output;

/// <summary>Aligned columns of plain text that look the same on a screen and in a file; the last column takes what is left of the width and wraps.</summary>
/// <param name="heads">Head of each column; one that begins with <c>&gt;</c> is of numbers, aligned to the right.</param>
internal sealed class TextTable(params string[] heads)
{
    /// <summary>Where nobody knows better.</summary>
    public const int UsualWidth = 100;

    /// <summary>The least that is written for, however narrow a terminal is.</summary>
    public const int LeastWidth = 60;

    private const string Between = "  ";
    private const int NarrowestLast = 10;

    private readonly List<string[]> _rows = [];

    public int Width { get; init; } = UsualWidth;

    public TextTable Add(params string[] cells)
    {
        _rows.Add(cells);
        return this;
    }

    /// <summary>Writes head, rule and rows; nothing when there are no rows.</summary>
    public void Write(StringBuilder text)
    {
        if (_rows.Count == 0) return;

        string[] names = [.. heads.Select(head => head.TrimStart('>'))];
        var widths = new int[heads.Length];
        for (var i = 0; i < heads.Length; i++) widths[i] = _rows.Append(names).Max(row => row[i].Length);
        var before = widths[..^1].Sum() + (Between.Length * (heads.Length - 1));
        widths[^1] = Math.Min(widths[^1], Math.Max(NarrowestLast, Width - before));
        Row(text, names, widths);
        text.Append(string.Join(Between, widths.Select(width => new string('-', width)))).Append('\n');
        foreach (var row in _rows) Row(text, row, widths);
    }

    /// <summary>A paragraph broken at blanks.</summary>
    /// <param name="indent">Before each line but the first.</param>
    public static void Paragraph(StringBuilder text, int width, string sentence, string first = "", string indent = "")
    {
        var isFirst = true;
        foreach (var line in Wrap(sentence, width - Math.Max(first.Length, indent.Length)))
        {
            text.Append(isFirst ? first : indent).Append(line).Append('\n');
            isFirst = false;
        }
    }

    private void Row(StringBuilder text, string[] cells, int[] widths)
    {
        var lines = Wrap(cells[^1], widths[^1]);
        var start = text.Length;
        for (var i = 0; i < cells.Length - 1; i++)
        {
            text.Append(heads[i].StartsWith('>') ? cells[i].PadLeft(widths[i]) : cells[i].PadRight(widths[i])).Append(Between);
        }

        var indent = new string(' ', text.Length - start);
        text.Append(heads[^1].StartsWith('>') ? lines[0].PadLeft(widths[^1]) : lines[0]);
        foreach (var line in lines.Skip(1)) text.Append('\n').Append(indent).Append(line);
        while (text[^1] == ' ') text.Length--;
        text.Append('\n');
    }

    private static List<string> Wrap(string sentence, int width)
    {
        var lines = new List<string>();
        var line = new StringBuilder();
        foreach (var word in sentence.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                lines.Add(line.ToString());
                line.Clear();
            }

            if (line.Length > 0) line.Append(' ');
            line.Append(word);
        }

        lines.Add(line.ToString());
        return lines;
    }
}
