using System.Globalization;
using System.Text.RegularExpressions;

namespace WsFanout.IntegrationTests.Support;

/// <summary>The Prometheus text format, read strictly: what a scraper would only guess at is a complaint here.</summary>
internal sealed partial class ExpositionText
{
    private readonly List<string> _complaints = [];
    private readonly Dictionary<string, double> _series = new(StringComparer.Ordinal);
    private readonly HashSet<string> _counters = new(StringComparer.Ordinal);
    private readonly HashSet<string> _families = new(StringComparer.Ordinal);

    private string _family = "";
    private string _type = "";
    private string? _helped;
    private (string Labels, double Bound, double Count) _bucket;

    private ExpositionText()
    {
    }

    public IReadOnlyList<string> Complaints => _complaints;

    /// <summary>Value of each series, by name and labels as they were written.</summary>
    public IReadOnlyDictionary<string, double> Series => _series;

    /// <summary>Series that must never fall: counters, and the counts of histograms.</summary>
    public IReadOnlySet<string> Counters => _counters;

    public static ExpositionText Read(string text)
    {
        var read = new ExpositionText();
        if (!text.EndsWith('\n')) read._complaints.Add("the last line has no end");
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            var count = read._complaints.Count;
            read.Take(line);
            for (var i = count; i < read._complaints.Count; i++) read._complaints[i] += $": {line}";
        }

        read.Finish();
        return read;
    }

    private void Take(string line)
    {
        if (line.StartsWith("# HELP ", StringComparison.Ordinal))
        {
            _helped = line.Split(' ')[2];
        }
        else if (Type().Match(line) is { Success: true } type)
        {
            Finish();
            (_family, _type) = (type.Groups["name"].Value, type.Groups["type"].Value);
            if (_helped != _family) _complaints.Add("a type without the help of the same name before it");
            if (!_families.Add(_family)) _complaints.Add("a family that came before");
        }
        else if (Sample().Match(line) is { Success: true } sample)
        {
            Take(sample.Groups["name"].Value, sample.Groups["labels"].Value, sample.Groups["value"].Value);
        }
        else
        {
            _complaints.Add("no help, type or sample");
        }
    }

    private void Take(string name, string labels, string text)
    {
        var suffix = name.StartsWith(_family, StringComparison.Ordinal) ? name[_family.Length..] : name;
        var isKnown = _type == "histogram" ? suffix is "_bucket" or "_sum" or "_count" : suffix.Length == 0;
        if (_family.Length == 0 || !isKnown) _complaints.Add("a sample outside its family");
        if (!TryReadValue(text, out var value)) _complaints.Add("no value");
        if (!_series.TryAdd(name + labels, value)) _complaints.Add("a series that came before");
        if (_type == "counter" || suffix is "_bucket" or "_count")
        {
            _counters.Add(name + labels);
            if (!(value >= 0 && double.IsFinite(value))) _complaints.Add("a count that is none");
        }

        if (suffix == "_bucket") TakeBucket(labels, value);
        else if (suffix == "_count" && _type == "histogram" && _bucket != (labels, double.PositiveInfinity, value)) _complaints.Add("a count that is not that of the last bucket, which is +Inf");
    }

    private void TakeBucket(string labels, double count)
    {
        var bound = Bound().Match(labels);
        if (!bound.Success || !TryReadValue(bound.Groups["le"].Value, out var le))
        {
            _complaints.Add("a bucket without a bound");
            return;
        }

        var others = Bound().Replace(labels, "").Trim('{', '}', ',');
        others = others.Length == 0 ? "" : $"{{{others}}}";
        if (_bucket.Labels == others && (le <= _bucket.Bound || count < _bucket.Count)) _complaints.Add("a bucket that does not rise");
        _bucket = (others, le, count);
    }

    private void Finish()
    {
        if (_type == "histogram" && !_series.ContainsKey($"{_family}_count{_bucket.Labels}")) _complaints.Add($"{_family} has no count");
        if (_family.Length > 0 && !_series.Keys.Any(series => series.StartsWith(_family, StringComparison.Ordinal))) _complaints.Add($"{_family} has no sample");
        _bucket = default;
    }

    private static bool TryReadValue(string text, out double value)
    {
        value = text switch { "+Inf" => double.PositiveInfinity, "-Inf" => double.NegativeInfinity, _ => double.NaN };
        return text is "+Inf" or "-Inf" or "NaN" || double.TryParse(text, NumberStyles.Float & ~NumberStyles.AllowLeadingWhite & ~NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out value);
    }

    [GeneratedRegex(@"^# TYPE (?<name>[a-z_][a-z0-9_]*) (?<type>counter|gauge|histogram)$")]
    private static partial Regex Type();

    [GeneratedRegex(@"^(?<name>[a-z_][a-z0-9_]*)(?<labels>\{[a-z_]+=""(?:[^""\\]|\\[""\\n])*""(?:,[a-z_]+=""(?:[^""\\]|\\[""\\n])*"")*\})? (?<value>\S+)$")]
    private static partial Regex Sample();

    [GeneratedRegex(@"le=""(?<le>[^""]*)""")]
    private static partial Regex Bound();
}
