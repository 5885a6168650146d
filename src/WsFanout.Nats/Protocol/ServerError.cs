using System.Diagnostics.CodeAnalysis;

namespace WsFanout.Nats.Protocol;

/// <summary>What an <c>-ERR</c> means for the connection it came on.</summary>
internal static class ServerError
{
    private const string Publish = "permissions violation for publish";
    private const string Subscription = "permissions violation for subscription";

    private static readonly string[] Harmless = ["permissions violation", "maximum subscriptions exceeded", "invalid subject", "invalid publish subject"];

    private static readonly string[] Credentials =
    [
        "authorization violation", "user authentication expired", "user authentication revoked", "account authentication expired",
        "account authentication revoked",
    ];

    /// <returns>How the connection ends; null: it stays, and only what the words name has failed.</returns>
    public static SessionEnd? Classify(string text)
    {
        if (StartsWithAny(text, Harmless))
        {
            return null;
        }

        return StartsWithAny(text, Credentials) ? new SessionEnd("auth: " + text, Slowly: true) : new SessionEnd("server: " + text);
    }

    /// <summary>Subject of <c>Permissions Violation for Publish to "x"</c>.</summary>
    public static bool IsPublishDenied(string text, [NotNullWhen(true)] out string? subject) => TryQuoted(text, Publish, out subject);

    /// <summary>Subject of <c>Permissions Violation for Subscription to "x"</c>.</summary>
    public static bool IsSubscriptionDenied(string text, [NotNullWhen(true)] out string? subject) => TryQuoted(text, Subscription, out subject);

    private static bool StartsWithAny(string text, string[] starts) =>
        Array.Exists(starts, start => text.StartsWith(start, StringComparison.OrdinalIgnoreCase));

    private static bool TryQuoted(string text, string start, [NotNullWhen(true)] out string? subject)
    {
        var open = text.IndexOf('"', StringComparison.Ordinal);
        var close = open < 0 ? -1 : text.IndexOf('"', open + 1);
        subject = close > 0 && text.StartsWith(start, StringComparison.OrdinalIgnoreCase) ? text[(open + 1)..close] : null;
        return subject is not null;
    }
}
