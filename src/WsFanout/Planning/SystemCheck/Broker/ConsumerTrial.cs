using System.Security.Cryptography;
using WsFanout.Nats;
using static WsFanout.Planning.SystemCheck.Broker.Visit;

namespace WsFanout.Planning.SystemCheck.Broker;

/// <summary>A consumer that is made, asked once and deleted; what its making tells of the broker's clock comes with it.</summary>
internal sealed class ConsumerTrial(Visit visit)
{
    private const int NotFound = 404, TimedOut = 408, Conflict = 409;
    private const int ConsumerNotFound = 10014;

    /// <summary>No message is as small, so that one that has just been published is refused and not sent: under its own subject it would be no answer to a request.</summary>
    private static readonly byte[] Pull = """{"batch":1,"no_wait":true,"max_bytes":1}"""u8.ToArray();

    /// <summary>The broker deletes it by itself after this, should this process end in between. It takes no less.</summary>
    private static readonly TimeSpan GoesByItself = TimeSpan.FromSeconds(10);

    private readonly string _name = $"{visit.Stream.ConsumerPrefix}_check_{RandomNumberGenerator.GetHexString(8, lowercase: true)}";

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        List<Finding> findings = [];
        var clock = visit.Patience.Time;
        var deleted = Trial("right_consumer_delete", "CONSUMER.DELETE");
        try
        {
            var (at, since) = (clock.GetUtcNow(), clock.GetTimestamp());
            var made = await AskAsync(() => visit.Js.CreateConsumerAsync(visit.Stream.StreamName, Config(), ct: cancellationToken));
            var took = clock.GetElapsedTime(since);
            var create = Trial("right_consumer_create", "CONSUMER.CREATE");
            findings.Add(made.Value is null ? Rights.Denied(create, made) with { Found = made.IsDenied ? "denied" : "not made" } : create);
            findings.Add(made.Value is null ? Skipped("right_consumer_pull") : await PullAsync(cancellationToken));
            findings.Add(made.Value is null ? Skipped("clock_skew") : ClockSkew.Judge(made.Value.Created, at, took));
        }
        finally
        {
            // Also when it was broken off: the request may have arrived. The connection's own timeout bounds it.
            var gone = await AskAsync(async () =>
            {
                await visit.Js.DeleteConsumerAsync(visit.Stream.StreamName, _name, CancellationToken.None);
                return "";
            });
            if (gone.Value is null && gone.ErrCode != ConsumerNotFound)
            {
                deleted = Rights.Denied(deleted, gone) with { Verdict = Verdict.Warning, Detail = Text($"{gone.Refusal?.Message} Consumers that are no longer used go by themselves, minutes later; this check's after {GoesByItself.TotalSeconds:0} s.") };
            }
        }

        return [.. findings, deleted];
    }

    private async Task<Finding> PullAsync(CancellationToken cancellationToken)
    {
        var pull = Trial("right_consumer_pull", "CONSUMER.MSG.NEXT");
        var status = 0;
        var answer = await AskAsync(async () =>
        {
            using var message = await visit.Connection.RequestAsync(SubjectOf("CONSUMER.MSG.NEXT"), Pull, ct: cancellationToken);
            status = message.StatusCode;
            return message.StatusText;
        });
        if (answer.Value is null) return Rights.Denied(pull, answer);
        var isTooLarge = status == Conflict && answer.Value.Contains("MaxBytes", StringComparison.OrdinalIgnoreCase);
        return isTooLarge || status is NotFound or TimedOut ? pull : pull with { Verdict = Verdict.Warning, Found = Text($"status {status}"), Detail = $"The broker says: {answer.Value}." };
    }

    private ConsumerConfig Config() => new()
    {
        Name = _name,
        DeliverPolicy = ConsumerConfigDeliverPolicy.New,
        AckPolicy = ConsumerConfigAckPolicy.None,
        ReplayPolicy = ConsumerConfigReplayPolicy.Instant,
        InactiveThreshold = GoesByItself,
        NumReplicas = 1,
        MemStorage = true,
    };

    private string SubjectOf(string call) => $"$JS.API.{call}.{visit.Stream.StreamName}.{_name}";

    // The name is this run's own: a right is given for all of them.
    private Finding Trial(string name, string call) => Finding(name, Verdict.Ok) with { Subject = $"$JS.API.{call}.{visit.Stream.StreamName}.>", Needed = "allowed", Found = "allowed" };

    private static Finding Skipped(string name) => Finding(name, Verdict.Skipped) with { Detail = "No consumer could be made." };
}
