using WsFanout.Clients.Tokens;
using WsFanout.Hosting.Settings.Catalogue;
using WsFanout.Hosting.Settings.Input;
using WsFanout.Hosting.Tls;
using static WsFanout.Hosting.Settings.Catalogue.AccessSettings;

namespace WsFanout.Hosting.Settings.Derivation;

/// <summary>What the settings of tokens and certificates come to, and what of them can't be.</summary>
internal static class AccessRules
{
    /// <summary>A shorter secret than the hash it feeds can be found by trying. Bytes.</summary>
    private const int GoodSecretBytes = 32;

    /// <returns>What a client's token must be; null when none is needed.</returns>
    public static TokenRules? Tokens(SettingValues values)
    {
        var key = values.Optional(JwtSecret) is { } secret ? TokenKey.OfSecret(secret)
            : values.Optional(JwtPublicKey) is { } pem ? PublicKeyText.Read(pem, out _)
            : null;
        return key is null ? null : new TokenRules { Key = key, Issuer = values.Optional(JwtIssuer), Audience = values.Optional(JwtAudience) };
    }

    public static TlsFiles? Tls(SettingValues values) =>
        values.Optional(TlsCert) is { } certificate && values.Optional(TlsKey) is { } key ? new TlsFiles(certificate, key) : null;

    /// <returns>One sentence for each thing that keeps the server from starting.</returns>
    public static IEnumerable<string> Errors(SettingValues values)
    {
        if (values.AreSound(JwtSecret, JwtPublicKey) && values.IsGiven(JwtSecret) && values.IsGiven(JwtPublicKey)) yield return $"{JwtPublicKey.Name}: {JwtSecret.Name} is given too; give one of the two";

        var hasKey = values.IsGiven(JwtSecret) || values.IsGiven(JwtPublicKey);
        foreach (var setting in (Setting<string>[])[JwtIssuer, JwtAudience])
        {
            if (!hasKey && values.AsksForMore(setting)) yield return $"{setting.Name}: no token is asked for without {JwtSecret.Name} or {JwtPublicKey.Name}, so anybody could connect";
        }

        if (!values.AreSound(TlsCert, TlsKey) || Tls(values) is not { } files) yield break;
        if (values.Get(HostSettings.Transport) == "direct") yield return $"{values.Received(HostSettings.Transport)}: the direct way has no TLS; with {TlsCert.Name} it is stream or auto";
        if (files.Load(out var problem) is null) yield return $"{TlsCert.Name}, {TlsKey.Name}: {problem}";
    }

    public static IEnumerable<string> Notes(SettingValues values)
    {
        if (values.Optional(JwtSecret) is { } secret && System.Text.Encoding.UTF8.GetByteCount(secret) < GoodSecretBytes)
        {
            yield return $"{JwtSecret.Name}: is shorter than {GoodSecretBytes} bytes, and whoever has one token can find it by trying; openssl rand -base64 48 makes a good one.";
        }
    }

    public static IEnumerable<string> Remarks(SettingValues values)
    {
        if (Tls(values) is not null && values.Get(HostSettings.Transport) == "auto") yield return $"Clients come on the stream way, which costs more: the direct one has no TLS ({TlsCert.Name}).";
        if (Tls(values) is null && Tokens(values) is not null) yield return $"Tokens come in clear without {TlsCert.Name}, unless a proxy with TLS is in front.";
    }
}
