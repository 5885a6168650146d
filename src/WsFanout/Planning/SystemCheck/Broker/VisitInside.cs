using WsFanout.Intake;
using WsFanout.Nats;
using static WsFanout.Planning.SystemCheck.Broker.Visit;

namespace WsFanout.Planning.SystemCheck.Broker;

/// <summary>What is asked once a server of the broker has let us in: JetStream and the account, the stream, what is allowed.</summary>
internal sealed class VisitInside(Visit visit)
{
    private const int StreamNotFound = 10059;
    private const int JetStreamNotInAccount = 10039;
    private const int JetStreamNotInServer = 10076;

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        List<Finding> findings = [];
        var account = await AskAsync(() => visit.Js.GetAccountInfoAsync(cancellationToken));
        var stream = IsOff(account) || account.IsSilent ? default : await AskAsync(() => visit.Js.GetStreamAsync(visit.Stream.StreamName, cancellationToken));
        findings.Add(JetStream(account, stream));
        if (findings[0].Verdict == Verdict.Error)
        {
            return [.. findings, Skipped("stream"), Skipped("rights")];
        }

        if (account.Value is { } limits) findings.AddRange(AccountRoom.Look(limits, visit.Stream, stream.Value));
        else findings.Add(Finding("account", Verdict.Unknown) with { Detail = $"The account's limits are not known: {account.Refusal?.Message} The server itself does not need to ask." });

        if (stream.Value is { } info)
        {
            findings.AddRange(StreamFindings.Of(info, visit.Settings));
            if (StreamConcerns.Refusal(info.Config, visit.Stream) is null) findings.AddRange(await new Rights(visit, info).TryAsync(cancellationToken));
            else findings.Add(Skipped("rights"));
        }
        else if (stream.ErrCode == StreamNotFound)
        {
            findings.AddRange(await new MissingStream(visit).LookAsync(cancellationToken));
        }
        else
        {
            findings.Add(Finding("stream", Verdict.Error) with { Subject = visit.Stream.StreamName, Found = "not told", Detail = stream.Refusal?.Message, Cure = Rights.CureOf(stream.Refusal) });
            findings.Add(Skipped("rights"));
        }

        return findings;
    }

    private Finding JetStream(Answer<JSAccountInfo> account, Answer<StreamInfo> stream)
    {
        var finding = Finding("jetstream", Verdict.Ok) with { Needed = "on", Found = "on" };
        if (IsOff(account) || IsOff(stream)) return Off(finding, (account.Refusal ?? stream.Refusal)?.Message);

        // Any answer of JetStream proves it, be it that the stream is unknown.
        if (account.Value is not null || stream.Value is not null || stream.Refusal is NatsJSApiException) return finding;
        if (account.IsSilent || stream.IsSilent) return finding with { Verdict = Verdict.Error, Found = "no answer", Detail = (account.Refusal ?? stream.Refusal)?.Message };
        return visit.Connection.ServerInfo is { JetStream: false }
            ? Off(finding, stream.Refusal?.Message)
            : finding with { Verdict = Verdict.Unknown, Found = "not told", Detail = stream.Refusal?.Message };
    }

    private static Finding Off(Finding finding, string? why) => finding with
    {
        Verdict = Verdict.Error,
        Found = "off",
        Detail = why,
        Cure = ["nats-server --jetstream, or jetstream { store_dir: … } in its configuration", "with accounts: jetstream: enabled in this user's account"],
    };

    private static bool IsOff<T>(Answer<T> answer)
        where T : class => answer.Refusal is NatsNoRespondersException || answer.ErrCode is JetStreamNotInAccount or JetStreamNotInServer;

    private static Finding Skipped(string name) => Finding(name, Verdict.Skipped) with { Detail = "What comes before it has to be mended first." };
}
