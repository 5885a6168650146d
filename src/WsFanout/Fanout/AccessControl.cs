using WsFanout.Clients;
using WsFanout.Clients.Tokens;
using WsFanout.Messages;

namespace WsFanout.Fanout;

/// <summary>Holds one worker's clients to their tokens: who must show one first, what it lets them read, its renewal, its end.</summary>
/// <remarks>The worker's thread only. Where no token is needed no client has an <see cref="Access"/>, and nothing here costs anything.</remarks>
internal sealed class AccessControl(WorkerContext context, TimingWheel<Client> wheel, SubscriptionIndex index, AnswerWriter answers)
{
    /// <summary>The wall clock may be set at any time, so a far expiry is looked at again after this.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly TokenVerifier? _tokens = context.Tokens;
    private readonly long _frequency = context.Time.TimestampFrequency;

    /// <summary>What a new client begins with; null where no token is needed.</summary>
    public Access? Begin(JoinTerms join, long now) => _tokens is null
        ? null
        : new Access(join.Claims, join.Claims is null ? join.Subscribe : null, now + Ticks(context.ClientOptions.AuthDeadline));

    /// <summary>Why a client may not ask for this before it has shown a token; null when it may.</summary>
    public static string? Objection(Client client, RequestKind kind) =>
        client.Access is not { Claims: null } || kind is RequestKind.Auth or RequestKind.Heartbeat ? null : "a token is needed first: auth";

    /// <summary>Why a client may not read what this name means; null when it may.</summary>
    /// <param name="name">A legal channel or pattern.</param>
    public static (string Code, string Message)? Refusal(Client client, string name) =>
        client.Access?.Allows(name) ?? true ? null : (ErrorCode.Forbidden, $"\"{RequestReader.Shorten(name)}\": the token does not allow it");

    /// <summary>Takes a client's first or next token. One that does not hold changes nothing.</summary>
    /// <returns>The answer. What a token that was taken no longer allows is left by <see cref="LeaveForbidden"/>.</returns>
    public Frame Authenticate(Client client, ClientRequest request, long now)
    {
        if (_tokens is null || client.Access is not { } access) return answers.Error(request.Id, ErrorCode.Unavailable, "this server asks for no token");

        var claims = _tokens.Verify(request.Token!, out var problem);
        if (claims is not null && access.Claims is { } before && before.Subject != claims.Subject) problem = TokenProblem.OtherSubject;
        if (claims is null || problem is not null)
        {
            context.ClientMetrics.TokenRefused(problem!.Word);
            return answers.Error(request.Id, ErrorCode.Unauthorized, problem.Message);
        }

        access.Show(claims);

        // Its end may be nearer than the next look.
        wheel.Schedule(client, now + 1);
        return answers.Authenticated(request.Id, claims.ExpiresAt);
    }

    /// <summary>Leaves what a client is subscribed to and may not read any more.</summary>
    /// <returns>Names of what was left.</returns>
    public IReadOnlyList<string> LeaveForbidden(Client client, Access access)
    {
        var left = new List<string>();
        for (var i = client.Subscriptions.Count - 1; i >= 0; i--)
        {
            var node = client.Subscriptions[i];
            if (access.Allows(node.Name)) continue;
            client.Subscriptions.Remove(node);
            context.Metrics.Counters.SubscriptionsChanged(-1);
            index.Left(node);
            left.Add(node.Name);
        }

        return left;
    }

    /// <summary>Whether a client's time is over: to show a token, or that of the one it has shown.</summary>
    /// <param name="grace">After a stall of the process, until when nobody is judged for silence. Ticks.</param>
    /// <param name="next">When to look again, if that is sooner.</param>
    /// <returns>Why it is to be closed; null when it is not.</returns>
    public CloseReason? Over(Access access, long now, long grace, ref long next)
    {
        if (access.Claims is { } claims)
        {
            // Added behind the difference: a token for ever ends where dates do.
            var left = DateTimeOffset.FromUnixTimeSeconds(claims.ExpiresAt) - context.Time.GetUtcNow() + TimeSpan.FromSeconds(TokenVerifier.SkewSeconds);
            if (left <= TimeSpan.Zero) return CloseReason.TokenExpired;
            next = Math.Min(next, now + Ticks(left < LongestWait ? left : LongestWait));
            return null;
        }

        var deadline = Math.Max(access.Deadline, grace);
        next = Math.Min(next, deadline);
        if (now < deadline) return null;
        context.ClientMetrics.TokenRefused(TokenProblem.Missing.Word);
        return CloseReason.Unauthorized;
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _frequency);
}
