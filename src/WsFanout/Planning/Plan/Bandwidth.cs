using System.Globalization;

namespace WsFanout.Planning.Plan;

/// <summary>How much the network takes: <c>1Gbit</c>, <c>100Mbit</c>, <c>2.5Gbps</c>; decimal units, as networks are sold.</summary>
internal static class Bandwidth
{
    private const int BitsInByte = 8;
    private const double Most = 1e13;

    private static readonly (string Unit, double Bits)[] Units = [("Gbit", 1e9), ("Gbps", 1e9), ("Mbit", 1e6), ("Mbps", 1e6), ("Kbit", 1e3), ("Kbps", 1e3)];

    /// <returns>Bytes a second; null when the text is no bandwidth.</returns>
    public static double? Parse(string text)
    {
        foreach (var (unit, bits) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)) continue;

            var isNumber = double.TryParse(text.AsSpan()[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count);
            return isNumber && count > 0 && count * bits <= Most ? count * bits / BitsInByte : null;
        }

        return null;
    }
}
