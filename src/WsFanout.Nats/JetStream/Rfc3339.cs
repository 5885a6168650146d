using System.Globalization;

namespace WsFanout.Nats;

/// <summary>Reads the server's times without losing the last two of nine digits, which no type of the base library holds.</summary>
internal static class Rfc3339
{
    private const int SecondsLength = 19;
    private const long NanosPerSecond = 1_000_000_000;

    /// <returns>Nanoseconds since 1970, UTC.</returns>
    /// <exception cref="FormatException">Not a time in UTC as JetStream prints it.</exception>
    public static long ToUnixNanos(string text)
    {
        if (text.Length <= SecondsLength || text[^1] != 'Z')
        {
            throw new FormatException($"'{text}' is not a time in UTC.");
        }

        var seconds = DateTimeOffset.ParseExact(text[..SecondsLength], "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        var fraction = text.AsSpan(SecondsLength..^1);
        if (fraction.Length is 1 or > 10 || (fraction.Length > 0 && (fraction[0] != '.' || fraction[1..].ContainsAnyExceptInRange('0', '9'))))
        {
            throw new FormatException($"'{text}' has no readable fraction of a second.");
        }

        long nanos = 0;
        for (var digit = 1; digit <= 9; digit++)
        {
            nanos = (nanos * 10) + (digit < fraction.Length ? fraction[digit] - '0' : 0);
        }

        return (seconds.ToUnixTimeSeconds() * NanosPerSecond) + nanos;
    }
}
