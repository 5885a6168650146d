using WsFanout.Intake;
using WsFanout.Nats;
using static WsFanout.Planning.SystemCheck.Broker.Visit;

namespace WsFanout.Planning.SystemCheck.Broker;

/// <summary>Room within the account's limits: for this server's consumers, and for the stream if it has still to be made.</summary>
internal static class AccountRoom
{
    /// <summary>One to read with, and one more while it is made anew or stored messages are read.</summary>
    private const int Consumers = 2;

    public static IEnumerable<Finding> Look(JSAccountInfo account, StreamOptions options, StreamInfo? stream)
    {
        yield return Room("account_consumers", account.Limits.MaxConsumers, account.Consumers, (1, Consumers), "consumers", "Without one the server reads nothing.");
        if (stream is not null)
        {
            yield return Room("stream_consumers", stream.Config.MaxConsumers, stream.State.ConsumerCount, (1, Consumers), "consumers", "Without one the server reads nothing.");
            yield break;
        }

        yield return Room("account_streams", account.Limits.MaxStreams, account.Streams, (1, 1), "streams", "The stream can't be made.");
        var isMemory = options.Storage == "memory";
        var (most, used) = isMemory ? (account.Limits.MaxMemory, account.Memory) : (account.Limits.MaxStorage, account.Storage);
        var bytes = options.StreamMaxBytes * options.Replicas;
        yield return Room("account_storage", most, used, (bytes, bytes), $"bytes of {(isMemory ? "memory" : "storage")}", "The broker refuses a stream that could grow beyond it.");
    }

    /// <param name="needed">Fewest with which it works at all, and how many it should be.</param>
    private static Finding Room(string name, long most, long used, (long Fewest, long Wanted) needed, string unit, string outcome)
    {
        // -1 is no limit, and a stream's 0 too.
        var finding = Finding(name, Verdict.Ok) with { Needed = Text($"{needed.Wanted} {unit} free"), Found = most <= 0 ? Text($"no limit, {used} in use") : Text($"{used} of {most} in use") };
        if (most <= 0 || most - used >= needed.Wanted) return finding;
        return finding with { Verdict = most - used >= needed.Fewest ? Verdict.Warning : Verdict.Error, Detail = outcome, Cure = ["a higher limit of the account or the stream, or fewer of those in use"] };
    }
}
