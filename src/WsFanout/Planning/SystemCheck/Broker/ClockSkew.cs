using System.Globalization;
using static WsFanout.Planning.SystemCheck.Broker.Visit;

namespace WsFanout.Planning.SystemCheck.Broker;

/// <summary>How far the broker's clock is from this machine's: it wrote a time on the consumer while we waited for it.</summary>
internal static class ClockSkew
{
    private static readonly TimeSpan Tolerated = TimeSpan.FromSeconds(1);

    /// <param name="created">The broker's word for when it made the consumer.</param>
    /// <param name="askedAt">This machine's time when it was asked.</param>
    /// <param name="took">Until the answer. Half of it is how exact this is.</param>
    public static Finding Judge(string created, DateTimeOffset askedAt, TimeSpan took)
    {
        var finding = Finding("clock_skew", Verdict.Ok) with { Needed = Text($"within {Tolerated.TotalSeconds:0} s") };
        if (!DateTimeOffset.TryParse(created, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var theirs)) return finding with { Verdict = Verdict.Unknown, Detail = "The broker does not say when it made the consumer." };
        var (skew, margin) = (theirs - (askedAt + (took / 2)), took / 2);
        finding = finding with { Found = Text($"the broker's clock is {Math.Abs(skew.TotalMilliseconds):0} ms {(skew < TimeSpan.Zero ? "behind" : "ahead")}, give or take {Math.Ceiling(margin.TotalMilliseconds):0} ms") };
        return skew.Duration() - margin <= Tolerated
            ? finding
            : finding with { Verdict = Verdict.Warning, Detail = "Delivery times that are measured against the time in a message are wrong by as much; nothing is lost by it.", Cure = ["timedatectl set-ntp true, on both machines"] };
    }
}
