using System.Text.Json;

namespace WsFanout.Clients.Tokens;

/// <summary>The claims of a token whose signature was good, before anybody has judged them. What is not known is ignored.</summary>
internal struct ClaimsReader
{
    private const int MaxDepth = 16;

    /// <summary>The end of year 9999, beyond which dates are mistakes. Unix seconds.</summary>
    private const double LastSecond = 253402300799;

    private List<string>? _audience;

    public string? Subject { get; private set; }

    public string? Issuer { get; private set; }

    /// <summary>Unix seconds.</summary>
    public double? ExpiresAt { get; private set; }

    /// <summary>Unix seconds.</summary>
    public double? NotBefore { get; private set; }

    /// <summary>Null when the claim is absent.</summary>
    public ChannelGrant? Channels { get; private set; }

    /// <returns>False when it is not one JSON object, or a known claim has the wrong type or comes twice.</returns>
    public static bool TryRead(ReadOnlySpan<byte> utf8, out ClaimsReader claims)
    {
        claims = default;
        try
        {
            var json = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return false;
            while (json.Read() && json.TokenType != JsonTokenType.EndObject)
            {
                if (!claims.TryTake(ref json)) return false;
            }

            return !json.Read();
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or FormatException)
        {
            // The others are thrown for half a surrogate pair, and for values of another type than they are read as.
            return false;
        }
    }

    /// <summary>Whether the claim <c>aud</c>, one string or several, names this audience.</summary>
    public readonly bool IsFor(string audience) => _audience?.Contains(audience) ?? false;

    private bool TryTake(ref Utf8JsonReader json)
    {
        if (json.ValueTextEquals("exp"u8)) return ExpiresAt is null && (ExpiresAt = ReadDate(ref json)) is not null;
        if (json.ValueTextEquals("nbf"u8)) return NotBefore is null && (NotBefore = ReadDate(ref json)) is not null;
        if (json.ValueTextEquals("sub"u8)) return Subject is null && (Subject = ReadText(ref json)) is not null;
        if (json.ValueTextEquals("iss"u8)) return Issuer is null && (Issuer = ReadText(ref json)) is not null;
        if (json.ValueTextEquals("aud"u8)) return _audience is null && (_audience = ReadList(ref json, takesOne: true)) is not null;
        if (json.ValueTextEquals("channels"u8)) return Channels is null && (Channels = ReadGrant(ref json)) is not null;
        json.Skip();
        return true;
    }

    private static double? ReadDate(ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType == JsonTokenType.Number && json.TryGetDouble(out var date) && date is >= 0 and <= LastSecond ? date : null;
    }

    private static string? ReadText(ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType == JsonTokenType.String ? json.GetString() : null;
    }

    private static ChannelGrant? ReadGrant(ref Utf8JsonReader json)
    {
        var grant = new ChannelGrant();
        return ReadList(ref json, takesOne: false) is { } names && names.TrueForAll(grant.TryAdd) ? grant : null;
    }

    private static List<string>? ReadList(ref Utf8JsonReader json, bool takesOne)
    {
        json.Read();
        if (takesOne && json.TokenType == JsonTokenType.String) return [json.GetString()!];
        if (json.TokenType != JsonTokenType.StartArray) return null;
        var list = new List<string>();
        while (json.Read() && json.TokenType == JsonTokenType.String) list.Add(json.GetString()!);
        return json.TokenType == JsonTokenType.EndArray ? list : null;
    }
}
