using System.Text.RegularExpressions;
using WsFanout.Hosting.Settings.Catalogue;

namespace WsFanout.Hosting.Settings.Input;

/// <summary>Tells our variables from others', and finds the one that was probably meant.</summary>
internal static partial class VariableNames
{
    /// <summary>End of the name by which any setting is given in a file.</summary>
    public const string FileSuffix = "_FILE";

    // NATS_* also belongs to the broker and its tools, LOG_* to any program; only what is nearly one of ours is taken for a slip.
    private const int SlipDistance = 2;

    // Long names may differ by a whole word and still be recognised: one change for every three letters behind the prefix.
    private const int LettersPerChange = 3;
    private const int PrefixLength = 3;

    private static readonly HashSet<string> Ignored =
        new(StringComparer.Ordinal) { "WS_URL", "WS_TOKEN", "JS_CONSUMER_ACK_WAIT", "METRICS_INTERVAL", "ENVIRONMENT" };

    public static NameKind Classify(string name, string value)
    {
        if (AllSettings.ByName.ContainsKey(name))
        {
            return IsServiceLink(name, value) ? NameKind.KnownAndIgnored : NameKind.Known;
        }

        if (name.EndsWith(FileSuffix, StringComparison.Ordinal) && AllSettings.ByName.ContainsKey(name[..^FileSuffix.Length]))
        {
            return NameKind.KnownFile;
        }

        if (Ignored.Contains(name))
        {
            return NameKind.KnownAndIgnored;
        }

        var isOurs = name.StartsWith("WS_", StringComparison.Ordinal) || name.StartsWith("JS_", StringComparison.Ordinal);
        var isShared = name.StartsWith("NATS_", StringComparison.Ordinal) || name.StartsWith("LOG_", StringComparison.Ordinal);
        if (!isOurs && !isShared)
        {
            return AllSettings.ByName.ContainsKey(name.ToUpperInvariant()) ? NameKind.Unknown : NameKind.Foreign;
        }

        if (IsServiceLink(name, value))
        {
            return NameKind.KnownAndIgnored;
        }

        return isOurs || Nearest(name).Distance <= SlipDistance ? NameKind.Unknown : NameKind.Foreign;
    }

    /// <summary>The known name that was probably meant, with <see cref="FileSuffix"/> when the given one has it; null when none is near.</summary>
    public static string? Meant(string name)
    {
        var (nearest, distance) = Nearest(name);
        return distance <= Math.Max(SlipDistance, (name.Length - PrefixLength) / LettersPerChange) ? nearest : null;
    }

    // The known name that takes the fewest changes to get to, however many they are.
    private static (string Name, int Distance) Nearest(string name)
    {
        var isFile = name.EndsWith(FileSuffix, StringComparison.Ordinal) && name.Length > FileSuffix.Length;
        var stem = (isFile ? name[..^FileSuffix.Length] : name).ToUpperInvariant();
        return AllSettings.InOrder
            .Select(setting => (Name: isFile ? setting.Name + FileSuffix : setting.Name, Distance: Distance(stem, setting.Name)))
            .MinBy(candidate => candidate.Distance);
    }

    /// <summary>Kubernetes puts the addresses of a namespace's services into every container, under names made of the services'.</summary>
    private static bool IsServiceLink(string name, string value) =>
        ServiceName().IsMatch(name) || (PortName().IsMatch(name) && PortValue().IsMatch(value));

    // Levenshtein over two rows; names are short and the table is small.
    private static int Distance(string from, string to)
    {
        if (from.Length > 256)
        {
            return from.Length;
        }

        var above = new int[to.Length + 1];
        var row = new int[to.Length + 1];
        for (var j = 0; j <= to.Length; j++)
        {
            above[j] = j;
        }

        for (var i = 1; i <= from.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var swap = above[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                row[j] = Math.Min(swap, 1 + Math.Min(above[j], row[j - 1]));
            }

            (above, row) = (row, above);
        }

        return above[to.Length];
    }

    [GeneratedRegex(@"_SERVICE_HOST\z|_SERVICE_PORT(_[A-Z0-9_]+)?\z|_PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex ServiceName();

    [GeneratedRegex(@"_PORT\z")]
    private static partial Regex PortName();

    [GeneratedRegex(@"\A(tcp|udp|sctp)://", RegexOptions.ExplicitCapture)]
    private static partial Regex PortValue();
}
