using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WsFanout.Nats.Protocol;

/// <summary>Says in words that an operator can act upon what is wrong with a server's certificate.</summary>
internal static class CertificateProblem
{
    private const int MostNames = 4;
    private const int MostCharacters = 80;

    /// <param name="name">Whom the certificate must be for.</param>
    /// <returns>Null when nothing is.</returns>
    public static string? Of(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, string name)
    {
        if (errors == SslPolicyErrors.None)
        {
            return null;
        }

        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return "it shows no certificate";
        }

        var problems = new List<string>();
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            problems.Add($"its certificate is not for '{name}' but for {NamesOf(certificate)}");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            problems.AddRange(OfChain(certificate, chain));
        }

        return string.Join("; ", problems);
    }

    private static IEnumerable<string> OfChain(X509Certificate2 certificate, X509Chain? chain)
    {
        var flags = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        if (flags.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            var late = chain?.ChainElements.FirstOrDefault(one => one.ChainElementStatus.Any(status => status.Status == X509ChainStatusFlags.NotTimeValid))?.Certificate ?? certificate;
            var whose = late.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span) ? "its certificate" : "a certificate above its own";
            yield return string.Create(
                CultureInfo.InvariantCulture, $"{whose} has expired or is not valid yet: it is from {late.NotBefore.ToUniversalTime():yyyy-MM-dd HH:mm} to {late.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm} UTC");
        }

        if ((flags & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0)
        {
            yield return $"its certificate is signed by none of the trusted authorities, but by '{Short(certificate.Issuer)}'";
        }

        const X509ChainStatusFlags Told = X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain;
        if ((flags & ~Told) is var others and not X509ChainStatusFlags.NoError)
        {
            yield return $"its certificate is not accepted: {others}";
        }
    }

    private static string NamesOf(X509Certificate2 certificate)
    {
        var alternatives = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        string[] names = alternatives is null
            ? [certificate.GetNameInfo(X509NameType.DnsName, forIssuer: false)]
            : [.. alternatives.EnumerateDnsNames(), .. alternatives.EnumerateIPAddresses().Select(address => address.ToString())];
        var shown = string.Join(", ", names.Take(MostNames).Select(one => $"'{Short(one)}'"));
        return names.Length == 0 ? "no name" : names.Length > MostNames ? $"{shown} …" : shown;
    }

    private static string Short(string text) => Printable.Of(Encoding.UTF8.GetBytes(text), MostCharacters);
}
