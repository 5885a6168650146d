namespace WsFanout.Tools;

/// <summary>Symbols for the demo: known ones first, then the same with a number.</summary>
internal static class TokenNames
{
    private static readonly string[] Known =
    [
        "BTC", "ETH", "SOL", "BNB", "XRP", "ADA", "DOGE", "TON", "TRX", "AVAX",
        "DOT", "LINK", "MATIC", "LTC", "BCH", "NEAR", "UNI", "ATOM", "XLM", "ETC",
        "FIL", "APT", "ARB", "OP", "INJ", "SUI", "SEI", "TIA", "RUNE", "AAVE",
        "MKR", "LDO", "CRV", "SNX", "GRT", "ALGO", "PEPE", "WIF", "BONK", "JUP",
    ];

    /// <summary>The symbol with this number, from 0; no two numbers share one.</summary>
    public static string At(int number) =>
        number < Known.Length ? Known[number] : $"{Known[number % Known.Length]}{(number / Known.Length) + 1}";
}
