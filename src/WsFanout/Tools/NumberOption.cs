using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace WsFanout.Tools;

/// <summary>Options that are numbers within bounds; a wrong one is answered with the bounds.</summary>
internal static class NumberOption
{
    public static Option<T> Between<T>(string name, T least, T most, T usual, string description)
        where T : struct, INumber<T>
    {
        var option = Bounded<T, T>(name, least, most, description, number => number);
        option.DefaultValueFactory = _ => usual;
        return option;
    }

    /// <summary>The same without a default: absent means <see langword="null"/>.</summary>
    public static Option<T?> Between<T>(string name, T least, T most, string description)
        where T : struct, INumber<T> => Bounded<T, T?>(name, least, most, description, number => number);

    private static Option<TValue> Bounded<T, TValue>(string name, T least, T most, string description, Func<T, TValue> value)
        where T : struct, INumber<T> => new(name)
        {
            Description = description,
            CustomParser = result =>
            {
                var text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
                // Without the separators of thousands, which would make fifteen of a decimal comma's 1,5.
                if (T.TryParse(text, StyleOf<T>(), CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return value(number);

                var hint = text.Contains(',', StringComparison.Ordinal) ? $" without commas{(IsWhole<T>() ? "" : ", as 1.5")}" : "";
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} '{text}': must be a number between {least} and {most}{hint}."));
                return default;
            },
        };

    private static NumberStyles StyleOf<T>() => IsWhole<T>() ? NumberStyles.Integer : NumberStyles.Float;

    private static bool IsWhole<T>() => typeof(T) != typeof(double);
}
