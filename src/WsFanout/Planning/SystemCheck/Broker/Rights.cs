using System.Security.Cryptography;
using WsFanout.Nats;
using static WsFanout.Planning.SystemCheck.Broker.Visit;

namespace WsFanout.Planning.SystemCheck.Broker;

/// <summary>Tries what the server does all day, so that the broker says what it does not allow: its refusals name the subject.</summary>
internal sealed class Rights(Visit visit, StreamInfo stream)
{
    private const int NoMessageFound = 10037;

    /// <summary>Behind the last message: that there is none is answer enough, and no message has to come.</summary>
    private const long FarAhead = 1_000_000_000;

    private const string ExpectedStream = "Nats-Expected-Stream";
    private const int OtherStreamExpected = 10060;

    public async Task<IReadOnlyList<Finding>> TryAsync(CancellationToken cancellationToken)
    {
        List<Finding> findings = [.. await new ConsumerTrial(visit).RunAsync(cancellationToken), .. await LookAtMessagesAsync(cancellationToken)];
        if (visit.Stream.EnsureStream) findings.Add(await CreateStreamAsync(visit, isMissing: false, cancellationToken));
        findings.Add(await PublishAsync(cancellationToken));
        return findings;
    }

    /// <summary>Whether the stream may be made, by a request that can't be understood: who may not ask is told so first, and nothing is made.</summary>
    public static async Task<Finding> CreateStreamAsync(Visit visit, bool isMissing, CancellationToken cancellationToken)
    {
        var subject = $"$JS.API.STREAM.CREATE.{visit.Stream.StreamName}";
        var finding = Finding("right_stream_create", Verdict.Ok) with { Subject = subject, Needed = "allowed (JS_STREAM_ENSURE)", Found = "allowed" };
        var answer = await AskAsync(async () =>
        {
            using var refused = await visit.Connection.RequestAsync(subject, "{"u8.ToArray(), ct: cancellationToken);
            return "";
        });
        if (answer.Value is not null) return finding;
        return Denied(finding, answer) with
        {
            Verdict = answer.IsDenied && !isMissing ? Verdict.Warning : Verdict.Error,
            Detail = $"{answer.Refusal?.Message} {(isMissing ? "Nobody makes the stream." : "Only a stream that was deleted would be missed: the server can't make it anew.")}",
        };
    }

    public static string[] CureOf(NatsException? refusal) => refusal is not NatsPermissionException ? []
        : refusal.Message.Contains("Subscription", StringComparison.OrdinalIgnoreCase) ? ["subscribe: { allow: [\"_INBOX.>\"] } of this user at the broker, or no answer ever arrives"]
        : ["publish: { allow: [ … ] } of this user at the broker; deploy/nats/permissions.conf has all that is needed"];

    public static Finding Denied<T>(Finding finding, Answer<T> answer)
        where T : class => finding with { Verdict = Verdict.Error, Found = answer.IsDenied ? "denied" : "no answer", Detail = answer.Refusal?.Message, Cure = CureOf(answer.Refusal) };

    /// <summary>One of two ways is enough: straight from the copy where the stream has one and allows it, else by way of its leader.</summary>
    private async Task<IReadOnlyList<Finding>> LookAtMessagesAsync(CancellationToken cancellationToken)
    {
        var name = visit.Stream.StreamName;
        var request = StreamMsgGetRequest.Of(stream.State.LastSeq + FarAhead);
        var isDirect = stream.Config.AllowDirect && stream.Config.NumReplicas == 1;
        var direct = isDirect ? await AskAsync(() => visit.Js.GetDirectAsync(name, request, ct: cancellationToken)) : default;
        var byLeader = await AskAsync(() => visit.Js.GetMessageAsync(name, request, ct: cancellationToken));
        var finding = Finding("right_message_get", Verdict.Ok) with { Subject = $"$JS.API.STREAM.MSG.GET.{name}", Needed = "allowed", Found = "allowed" };
        if (IsAllowed(byLeader)) return [finding];
        return isDirect && IsAllowed(direct)
            ? [finding with { Subject = $"$JS.API.DIRECT.GET.{name}", Detail = "Enough for this stream; one with several replicas needs STREAM.MSG.GET too." }]
            : [Denied(finding, byLeader)];
    }

    private static bool IsAllowed(Answer<StoredMsg> answer) => answer.Value is not null || answer.ErrCode == NoMessageFound;

    /// <summary>An empty message that expects to go to a stream that can't be: this one refuses it and stores nothing.</summary>
    private async Task<Finding> PublishAsync(CancellationToken cancellationToken)
    {
        var served = new Intake.ServedSubjects(visit.Stream);
        var subject = served.SubjectOf($"wsfanout-check-{RandomNumberGenerator.GetHexString(6, lowercase: true)}");
        var finding = Finding("right_publish", Verdict.Ok) with { Subject = subject, Needed = "allowed, for POST /publish", Found = "allowed" };
        if (!visit.TriesPublishing) return finding with { Verdict = Verdict.Skipped, Found = null, Detail = "Not tried (--no-publish)." };
        if (served.Refusal(System.Text.Encoding.UTF8.GetBytes(subject)) is not null) return finding with { Verdict = Verdict.Skipped, Found = null, Detail = "JS_SUBJECTS and WS_SUBJECT_PREFIX leave no free name to try it with." };

        var answer = await AskAsync(async () =>
        {
            var ack = await visit.Js.PublishAsync(subject, default, new NatsHeaders { { ExpectedStream, "-" } }, ct: cancellationToken);
            return $"stored as {ack.Seq}";
        });
        if (answer.ErrCode == OtherStreamExpected) return finding;
        return answer.Refusal switch
        {
            NatsPermissionException => Denied(finding, answer) with { Verdict = Verdict.Warning, Detail = $"{answer.Refusal.Message} Clients are served; POST /publish is refused.", Cure = ["publish: { allow: [ … ] } of this user at the broker, if it is to publish"] },
            NatsNoRespondersException => finding with { Verdict = Verdict.Warning, Found = "no stream holds it", Detail = "POST /publish is refused for channels like this." },
            _ => finding with { Verdict = Verdict.Unknown, Found = null, Detail = answer.Refusal?.Message ?? "A message that should have been refused was stored." },
        };
    }
}
