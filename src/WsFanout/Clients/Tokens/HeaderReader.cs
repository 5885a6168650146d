using System.Text.Json;

namespace WsFanout.Clients.Tokens;

/// <summary>Reads what matters of a token's header: the algorithm, to be compared. Where it says that a key could be found is of no interest.</summary>
internal static class HeaderReader
{
    private const int MaxDepth = 4;

    /// <returns>False when it is not one JSON object, names its algorithm not or twice, or asks to be understood in a way that nothing here does (<c>crit</c>).</returns>
    public static bool TryRead(ReadOnlySpan<byte> header, out string? algorithm)
    {
        algorithm = null;
        try
        {
            var json = new Utf8JsonReader(header, new JsonReaderOptions { MaxDepth = MaxDepth });
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return false;
            while (json.Read() && json.TokenType != JsonTokenType.EndObject)
            {
                if (json.ValueTextEquals("crit"u8)) return false;
                var isAlgorithm = json.ValueTextEquals("alg"u8);
                json.Read();
                if (isAlgorithm && (algorithm is not null || json.TokenType != JsonTokenType.String)) return false;
                if (isAlgorithm) algorithm = json.GetString();
                json.Skip();
            }

            return !json.Read() && algorithm is not null;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // The second is thrown for a string that escapes to half a surrogate pair.
            algorithm = null;
            return false;
        }
    }
}
