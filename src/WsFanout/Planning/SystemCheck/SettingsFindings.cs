using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using WsFanout.Hosting.Settings;

namespace WsFanout.Planning.SystemCheck;

/// <summary>What the server itself says of its settings at start, and how long its certificates are good for.</summary>
internal static class SettingsFindings
{
    /// <summary>What renews certificates does it a month before; so late it has not.</summary>
    private static readonly TimeSpan LateRenewal = TimeSpan.FromDays(14);

    /// <summary>A switch that only tests may want; the server says it as a remark, so that those tests stay quiet.</summary>
    private const string TestSwitch = "TEST SWITCH";

    public static IEnumerable<Finding> Of(SettingsResult result, DateTimeOffset now)
    {
        foreach (var error in result.Errors) yield return new(Groups.Settings, "setting", Verdict.Error) { Detail = error };
        foreach (var note in result.Notes) yield return new(Groups.Settings, "note", Verdict.Warning) { Detail = note };
        foreach (var remark in result.Remarks)
        {
            yield return new(Groups.Settings, "remark", remark.StartsWith(TestSwitch, StringComparison.Ordinal) ? Verdict.Warning : Verdict.Ok) { Detail = remark };
        }

        if (result.Settings is not { } settings) yield break;
        yield return new(Groups.Settings, "settings", Verdict.Ok)
        {
            Found = string.Create(CultureInfo.InvariantCulture, $"{result.Effective.Count(setting => setting.Origin == SettingOrigin.Given)} given, all of them sound"),
        };
        if (settings.Host.Tls is { } tls) yield return Certificate("WS_TLS_CERT", tls.CertificatePath, now, "Clients refuse it.");
        if (settings.Stream.TlsCertFile is { } own) yield return Certificate("NATS_TLS_CERT", own, now, "The broker refuses it.");
    }

    private static Finding Certificate(string setting, string file, DateTimeOffset now, string outcome)
    {
        var finding = new Finding(Groups.Settings, "certificate", Verdict.Ok) { Subject = setting, Needed = "valid now and for two weeks" };
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(file);
            var (from, until) = (new DateTimeOffset(certificate.NotBefore), new DateTimeOffset(certificate.NotAfter));
            finding = finding with { Found = $"{Day(from)} to {Day(until)}" };
            if (now < from || now > until) return finding with { Verdict = Verdict.Error, Detail = $"It is not valid now. {outcome}" };
            return until - now < LateRenewal ? finding with { Verdict = Verdict.Warning, Detail = "It ends soon, and nothing has renewed it yet." } : finding;
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return finding with { Verdict = Verdict.Unknown, Detail = "The file could be read when the settings were, and can't be read now." };
        }
    }

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
