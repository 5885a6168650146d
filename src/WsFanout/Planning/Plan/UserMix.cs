using System.Globalization;

namespace WsFanout.Planning.Plan;

/// <summary>Who the clients are: <c>casual:70,active:25,trader:5</c>, each with a share in percent and the capacity plan's rates, or with rates given: <c>casual:70:0.6</c>, <c>bot:5:10-50</c>.</summary>
internal sealed record UserMix(IReadOnlyList<UserClass> Classes)
{
    private const double All = 100;
    private const double Rounding = 0.01;
    private const double MostMessages = 1e5;

    /// <summary>Messages a second per user after filtering by subscription, as the capacity plan has them.</summary>
    private static readonly Dictionary<string, (double Low, double High)> PlanRates = new(StringComparer.OrdinalIgnoreCase)
    {
        ["casual"] = (0.2, 1),
        ["active"] = (1, 5),
        ["trader"] = (5, 20),
    };

    public double Low => Mean(one => one.Low);

    /// <summary>Messages a second that the mean client gets: Σ share × the middle of its class.</summary>
    public double Middle => Mean(one => one.Middle);

    public double High => Mean(one => one.High);

    /// <returns>Null with a sentence about the part that is wrong.</returns>
    public static UserMix? Parse(string text, out string? problem)
    {
        var classes = new List<UserClass>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (ReadClass(part, out problem) is not { } read) return null;
            if (classes.Any(one => one.Name.Equals(read.Name, StringComparison.OrdinalIgnoreCase)))
            {
                problem = $"'{read.Name}' is there twice";
                return null;
            }

            classes.Add(read);
        }

        var sum = classes.Sum(one => one.SharePercent);
        problem = Math.Abs(sum - All) > Rounding ? string.Create(CultureInfo.InvariantCulture, $"the shares come to {sum:0.##} %, not to 100 %")
            : classes.All(one => one.High == 0) ? "nobody gets anything: one rate must be above 0"
            : null;
        return problem is null ? new UserMix(classes) : null;
    }

    private static UserClass? ReadClass(string part, out string? problem)
    {
        problem = null;
        if (part.Split(':') is not [{ Length: > 0 } name, var share, .. var rest] || rest.Length > 1)
        {
            problem = $"'{part}' must be name:percent or name:percent:rate";
        }
        else if (!TryNumber(share, All, out var percent) || percent == 0)
        {
            problem = $"'{part}': the share '{share}' must be a number of percent above 0, up to 100";
        }
        else if (rest.Length == 0 && !PlanRates.ContainsKey(name))
        {
            problem = $"'{name}' needs a rate, name:percent:rate; the capacity plan has rates for {string.Join(", ", PlanRates.Keys)}";
        }
        else if (TryRates(rest, name, out var rates))
        {
            return new UserClass(name, percent, rates.Low, rates.High);
        }
        else
        {
            problem = $"'{part}': the rate '{rest[0]}' must be messages a second, as 0.6 or 0.2-1, up to 100000";
        }

        return null;
    }

    private static bool TryRates(string[] given, string name, out (double Low, double High) rates)
    {
        if (given.Length == 0) return PlanRates.TryGetValue(name, out rates);

        rates = default;
        if (given[0].Split('-') is not [var low, .. var rest] || rest.Length > 1) return false;
        return TryNumber(low, MostMessages, out rates.Low) && TryNumber(rest.Length == 0 ? low : rest[0], MostMessages, out rates.High) && rates.High >= rates.Low;
    }

    private static bool TryNumber(string text, double most, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && number <= most;

    private double Mean(Func<UserClass, double> rate) => Classes.Sum(one => one.SharePercent * rate(one)) / All;
}
