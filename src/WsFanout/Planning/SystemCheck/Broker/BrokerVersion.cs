namespace WsFanout.Planning.SystemCheck.Broker;

/// <summary>Which versions of nats-server the server is known to work with.</summary>
internal static class BrokerVersion
{
    /// <summary>Whole test suites were run with it and with 2.10.27.</summary>
    private static readonly Version Oldest = new(2, 9, 10);

    private const string Known = "2.9.10 or later; 2.9.10 and 2.10.27 are tested";

    public static Finding Judge(string? version)
    {
        var finding = Visit.Finding("version", Verdict.Ok) with { Needed = Known, Found = version ?? "not told" };
        if (!Version.TryParse(version?.Split('-')[0], out var parsed)) return finding with { Verdict = Verdict.Unknown, Detail = "It is no version that this server can compare." };
        return parsed >= Oldest
            ? finding
            : finding with { Verdict = Verdict.Warning, Detail = "Nobody has tried this one; consumers are made in a way that came with 2.9.", Cure = ["a newer nats-server"] };
    }
}
