using System.Globalization;
using WsFanout.Hosting.Settings;
using WsFanout.Intake;
using WsFanout.Nats;

namespace WsFanout.Planning.SystemCheck.Broker;

/// <summary>An open connection to the broker, and what is to be found out by it.</summary>
internal sealed record Visit(NatsConnection Connection, ServerSettings Settings, BrokerPatience Patience)
{
    public NatsJSContext Js { get; } = new(Connection);

    public StreamOptions Stream => Settings.Stream;

    /// <summary>Whether it is tried to publish; what is published is refused by the stream.</summary>
    public bool TriesPublishing { get; init; }

    public static Finding Finding(string name, Verdict verdict) => new(Groups.Broker, name, verdict);

    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Asks once.</summary>
    /// <returns>What was answered, or why there is no answer.</returns>
    public static async Task<Answer<T>> AskAsync<T>(Func<Task<T>> ask)
        where T : class
    {
        try
        {
            return new(await ask(), null);
        }
        catch (NatsException refusal)
        {
            return new(null, refusal);
        }
    }
}
