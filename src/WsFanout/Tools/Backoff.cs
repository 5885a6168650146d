namespace WsFanout.Tools;

/// <summary>Pauses between attempts: full jitter, the cap applied before the jitter, as PROTOCOL.md asks of every client.</summary>
internal sealed class Backoff(Random random, TimeSpan cap)
{
    private static readonly TimeSpan Base = TimeSpan.FromMilliseconds(500);

    // Its one caller's loop only.
    private int _failures;

    /// <summary>The next pause, between nothing and what the number of failures so far allows.</summary>
    public TimeSpan Next()
    {
        var most = Math.Min(cap.TotalMilliseconds, Base.TotalMilliseconds * Math.Pow(2, _failures));
        if (_failures < 30) _failures++;
        return TimeSpan.FromMilliseconds(random.NextDouble() * most);
    }

    public void Reset() => _failures = 0;
}
