namespace WsFanout.Planning.SystemCheck;

/// <summary>The parts of a report, in their order.</summary>
internal static class Groups
{
    public const string Settings = "settings";
    public const string Listening = "listening";
    public const string Machine = "machine";
    public const string Broker = "broker";

    public static readonly IReadOnlyList<string> InOrder = [Settings, Listening, Machine, Broker];
}
