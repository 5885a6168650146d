using System.Globalization;
using System.Net.Security;

namespace WsFanout.Hosting.Tls;

/// <summary>The certificate that handshakes use: read again when its files have changed, so that a renewed one needs no restart.</summary>
/// <remarks>
/// Any thread. A handshake that finds the last look a minute old has another look; without handshakes nobody needs a newer one. The files are compared
/// by what is in them, because the times of links say nothing of what they lead to.
/// </remarks>
internal sealed partial class ServerCertificate
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly TlsFiles _files;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();

    // Written under _gate, read by any thread.
    private volatile LoadedCertificate _current;
    private long _lookedAt;

    // Guarded by _gate.
    private (string Certificate, string Key) _seen;
    private string? _toldProblem;

    /// <exception cref="InvalidOperationException">The files have changed since the settings were checked, and can't be used any more.</exception>
    public ServerCertificate(TlsFiles files, TimeProvider time, ILogger<ServerCertificate> logger)
    {
        _files = files;
        _time = time;
        _logger = logger;
        _seen = files.ReadText();
        _current = files.Parse(_seen, out var problem) ?? throw new InvalidOperationException(problem);
        _lookedAt = time.GetTimestamp();
        Tell(_current, isFirst: true);
    }

    /// <summary>When the certificate in use expires.</summary>
    public DateTimeOffset ExpiresAt => _current.NotAfter;

    /// <summary>What the next handshake is to use.</summary>
    public SslServerAuthenticationOptions Options
    {
        get
        {
            if (_time.GetElapsedTime(Volatile.Read(ref _lookedAt)) >= Interval) LookAgain();
            return _current.Options;
        }
    }

    private void LookAgain()
    {
        // One looks; all others go on with what there is.
        if (!_gate.TryEnter()) return;
        try
        {
            Volatile.Write(ref _lookedAt, _time.GetTimestamp());
            TakeChangedLocked();
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
        {
            TellProblemLocked(unread.Message);
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void TakeChangedLocked()
    {
        var text = _files.ReadText();
        if (text == _seen) return;

        _seen = text;
        if (_files.Parse(text, out var problem) is not { } renewed)
        {
            TellProblemLocked(problem!);
            return;
        }

        _current = renewed;
        _toldProblem = null;
        Tell(renewed, isFirst: false);
    }

    private void TellProblemLocked(string problem)
    {
        if (problem == _toldProblem) return;
        _toldProblem = problem;
        LogKept(problem, Day(_current.NotAfter));
    }

    private void Tell(LoadedCertificate certificate, bool isFirst)
    {
        var now = _time.GetUtcNow();
        if (now < certificate.NotBefore || now > certificate.NotAfter) LogNotValid(_files.CertificatePath, Day(certificate.NotBefore), Day(certificate.NotAfter));
        else if (!isFirst) LogRenewed(Day(certificate.NotAfter));
    }

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    [LoggerMessage(LogLevel.Information, "A renewed certificate is in use, valid until {Until}.")]
    private partial void LogRenewed(string until);

    [LoggerMessage(LogLevel.Error, "The files of the certificate have changed and can't be used: {Problem}. The old one stays in use, valid until {Until}.")]
    private partial void LogKept(string problem, string until);

    [LoggerMessage(LogLevel.Warning, "The certificate {Path} is valid from {From} to {Until}, which is not now: clients will refuse it.")]
    private partial void LogNotValid(string path, string from, string until);
}
