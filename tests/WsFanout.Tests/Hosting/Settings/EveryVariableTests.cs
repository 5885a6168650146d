using System.Globalization;
using System.Text.RegularExpressions;
using WsFanout.Hosting.Settings;
using WsFanout.Hosting.Settings.Catalogue;
using WsFanout.Hosting.Settings.Grammars;

namespace WsFanout.Tests.Hosting.Settings;

/// <summary>One table over the whole catalogue: each variable given wrongly, alone and all together.</summary>
public sealed partial class EveryVariableTests
{
    private const string Secret = "hunter2-very-secret";
    private const double SmallestStep = 0.000001;

    public enum Mistake
    {
        Empty,
        TextWithAControlCharacter,
        Huge,
        JustBelowItsRange,
        JustAboveItsRange,
        SlipInTheName,
    }

    public static TheoryData<string, Mistake> Table
    {
        get
        {
            var rows = new TheoryData<string, Mistake>();
            foreach (var setting in AllSettings.InOrder)
            {
                foreach (var mistake in Enum.GetValues<Mistake>().Where(mistake => IsPossible(setting, mistake))) rows.Add(setting.Name, mistake);
            }

            return rows;
        }
    }

    public static TheoryData<string> Quantities => [.. AllSettings.InOrder.Where(setting => Range(setting) is not null).Select(setting => setting.Name)];

    [Theory]
    [MemberData(nameof(Table))]
    public void A_mistake_is_one_error_that_names_the_variable(string name, Mistake mistake)
    {
        var setting = AllSettings.ByName[name];
        var given = mistake == Mistake.SlipInTheName ? name + "Q" : name;

        var result = Reading.Of((given, Wrong(setting, mistake)));

        // That its partner is missing too is another mistake, and told as one.
        var error = Assert.Single(result.Errors, error => !error.Contains("the two belong together", StringComparison.Ordinal));
        Assert.Matches($@"^{given}(="".*""| is empty)?: ", error);
        Assert.Equal(mistake == Mistake.SlipInTheName, error.EndsWith($"; did you mean {name}?", StringComparison.Ordinal));
        Assert.True(error.Length < 600, $"{error.Length} characters");
        Assert.False(setting.IsSecret && error.Contains(Secret, StringComparison.Ordinal), "a secret is never shown");
        Assert.Null(result.Settings);
    }

    [Theory]
    [MemberData(nameof(Quantities))]
    public void The_ends_of_a_range_belong_to_it(string name)
    {
        var (low, high) = Range(AllSettings.ByName[name])!.Value;

        foreach (var end in (string[])[low, high]) Assert.DoesNotContain(Reading.Of((name, end)).Errors, error => error.Contains("must be from", StringComparison.Ordinal) || error.Contains($"must be {AllSettings.ByName[name].Expected}", StringComparison.Ordinal));
    }

    [Fact]
    public void All_of_them_wrong_at_once_are_as_many_errors_each_of_its_own()
    {
        var result = Reading.Of([.. AllSettings.InOrder.Select(setting => (setting.Name, Wrong(setting, Mistake.TextWithAControlCharacter)))]);

        // And one of a rule: the broker's token and user exclude each other, whatever they are.
        Assert.Equal(AllSettings.InOrder.Select(setting => setting.Name).Append("NATS_TOKEN: NATS_USER is given too; give one of the two"), result.Errors.Select(error => error.Split('=')[0]));
        Assert.DoesNotContain(result.Errors, error => AllSettings.ByName.TryGetValue(error.Split('=')[0], out var setting) && setting.IsSecret && error.Contains(Secret, StringComparison.Ordinal));
    }

    private static bool IsPossible(Setting setting, Mistake mistake) => mistake switch
    {
        Mistake.Empty => !setting.TakesEmpty,
        Mistake.JustBelowItsRange => Range(setting) is { } range && Below(setting, range.Low) is not null,
        Mistake.JustAboveItsRange => Range(setting) is not null,

        // A name that begins like nobody's in particular may be another program's.
        Mistake.SlipInTheName => !setting.Name.StartsWith("LOG_", StringComparison.Ordinal),
        _ => true,
    };

    private static string Wrong(Setting setting, Mistake mistake) => mistake switch
    {
        Mistake.Empty => "",
        Mistake.TextWithAControlCharacter => Secret + "\u0001",
        Mistake.Huge => new string('9', 100_000),
        Mistake.JustBelowItsRange => Below(setting, Range(setting)!.Value.Low)!,
        Mistake.JustAboveItsRange => Above(setting, Range(setting)!.Value.High),
        _ => Secret,
    };

    /// <summary>The bounds as the setting itself names them.</summary>
    private static (string Low, string High)? Range(Setting setting) =>
        RangeText().Match(setting.Expected) is { Success: true } range ? (range.Groups["low"].Value, range.Groups["high"].Value) : null;

    // Null where the next smaller one is 0 with a meaning of its own, or nothing is smaller.
    private static string? Below(Setting setting, string low) => setting switch
    {
        Setting<TimeSpan> => Milliseconds(low) - 1 is var less and > 0 ? DurationGrammar.Text(TimeSpan.FromMilliseconds(less)) : null,
        Setting<long> => Bytes(low) - 1 is var less && (less > 0 || (less == 0 && setting.ZeroMeaning is null)) ? less.ToString(CultureInfo.InvariantCulture) : null,
        _ => NumberGrammar.Text(double.Parse(low, CultureInfo.InvariantCulture) - SmallestStep),
    };

    private static string Above(Setting setting, string high) => setting switch
    {
        Setting<TimeSpan> => DurationGrammar.Text(TimeSpan.FromMilliseconds(Milliseconds(high) + 1)),
        Setting<long> => (Bytes(high) + 1).ToString(CultureInfo.InvariantCulture),
        _ => NumberGrammar.Text(double.Parse(high, CultureInfo.InvariantCulture) + 1),
    };

    private static long Milliseconds(string text) => (long)new DurationGrammar(0, long.MaxValue / TimeSpan.TicksPerMillisecond).Read(text).Value.TotalMilliseconds;

    private static long Bytes(string text) => new SizeGrammar(0, long.MaxValue).Read(text).Value;

    [GeneratedRegex(@"from (?<low>\S+) to (?<high>[^\s,]+)")]
    private static partial Regex RangeText();
}
