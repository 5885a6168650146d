namespace WsFanout.Nats;

/// <summary>
/// Whom to believe and what to show where a connection is encrypted. Any of it given, every server must be: to one that offers no TLS nothing
/// is said. PEM files, read for each connection anew, so that one that was replaced counts from the next on. Revocation is not looked up.
/// </summary>
public sealed record NatsTlsOpts
{
    /// <summary>Authorities one of which must have signed a server's certificate; null: those that the system trusts.</summary>
    public string? CaFile { get; init; }

    /// <summary>The certificate to show to a server that asks for one, its intermediates behind it; goes with <see cref="KeyFile"/>.</summary>
    public string? CertFile { get; init; }

    /// <summary>Key of <see cref="CertFile"/>, without a password.</summary>
    public string? KeyFile { get; init; }

    internal bool IsGiven => CaFile is not null || CertFile is not null;
}
