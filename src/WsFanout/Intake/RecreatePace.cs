namespace WsFanout.Intake;

/// <summary>How long to wait before the consumer is made again: full jitter, from 50 ms doubling to 5 s, for ever.</summary>
/// <remarks>The intake only. Several servers meet the same trouble in the same moment, hence full jitter.</remarks>
internal sealed class RecreatePace
{
    private const double FirstMs = 50;
    private const double LongestMs = 5000;
    private const int LargestExponent = 10;

    private int _failures;

    /// <summary>The consumer works: the next trouble starts from the beginning.</summary>
    public void Reset() => _failures = 0;

    public TimeSpan Next()
    {
        var cap = Math.Min(LongestMs, FirstMs * Math.Pow(2, Math.Min(_failures++, LargestExponent)));
        return TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * cap);
    }
}
