using System.Text;

namespace WsFanout.Nats.Protocol;

/// <summary>What the server complains about, and who has to hear of it.</summary>
internal sealed partial class NatsSession
{
    // Read loop only.
    private string? _lastLogged;

    // Written by the read loop, read from anywhere.
    private volatile string? _lastError;

    // 1: the server refuses our inbox, so no request can be answered. Set by the read loop, taken back by who asks again; interlocked.
    private int _inboxDenied;

    /// <summary>Words of the last -ERR on this connection, whether it ended it or not.</summary>
    public string? LastError => _lastError;

    private SessionEnd? OnError(ReadOnlySpan<byte> text)
    {
        var words = Printable.Of(text);
        _lastError = words;
        if (ServerError.Classify(words) is { } end)
        {
            return end;
        }

        if (!TryBlame(Encoding.UTF8.GetString(text), words) && _lastLogged != words)
        {
            _lastLogged = words;
            LogServerError(_server, words);
        }

        return null;
    }

    /// <summary>Fails the request or the subscription that a refusal is about.</summary>
    private bool TryBlame(string text, string words)
    {
        var reason = new NatsPermissionException(words);
        if (ServerError.IsPublishDenied(text, out var subject))
        {
            return _requests.FailOldest(subject, reason);
        }

        if (!ServerError.IsSubscriptionDenied(text, out subject))
        {
            return false;
        }

        if (subject == _inbox + "*")
        {
            // Whoever waits waits in vain. Rights can be given while we are connected: the next request asks for the inbox again.
            Interlocked.Exchange(ref _inboxDenied, 1);
            _requests.FailAll(reason);
            return false;
        }

        if (_subs.FindBySubject(subject) is not { } sub)
        {
            return false;
        }

        _subs.Remove(sub.Sid);
        sub.End(reason);
        return true;
    }
}
