using System.Security.Cryptography;
using System.Text;

namespace WsFanout.Intake;

/// <summary>Names a stream so that all its servers agree without talking.</summary>
internal static class StreamEpoch
{
    private const int Bytes = 8;

    /// <param name="created">Exactly as the broker prints it.</param>
    /// <returns>Lower-case hex of the first 8 bytes of SHA-256 over name, line feed, <paramref name="created"/>.</returns>
    public static string Of(string streamName, string created) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{streamName}\n{created}")).AsSpan(0, Bytes));
}
