namespace WsFanout.Tools;

/// <summary>
/// Says how many messages are due. Has no clock: the feed tells it how much time has passed.
/// </summary>
internal sealed class FeedPace(double rate, bool bursts, Random random)
{
    public const int BurstFactor = 5;

    private const double BurstChance = 0.1;

    // What a feed could not send for longer than this is dropped, so that a server that was away doesn't meet a flood.
    private static readonly TimeSpan LongestBacklog = TimeSpan.FromSeconds(1);

    // The feed's loop only.
    private TimeSpan _accounted;
    private double _owed;
    private long _second = -1;
    private bool _inBurst;

    /// <summary>How many messages have become due since the last call.</summary>
    /// <param name="elapsed">Time since the feed started; never less than before.</param>
    public int Due(TimeSpan elapsed)
    {
        if (elapsed - _accounted > LongestBacklog) _accounted = elapsed - LongestBacklog;
        while (_accounted < elapsed)
        {
            var second = _accounted.Ticks / TimeSpan.TicksPerSecond;
            if (second != _second) EnterSecond(second);
            var until = Math.Min(elapsed.Ticks, (second + 1) * TimeSpan.TicksPerSecond);
            _owed += (until - _accounted.Ticks) / (double)TimeSpan.TicksPerSecond * (_inBurst ? rate * BurstFactor : rate);
            _accounted = TimeSpan.FromTicks(until);
        }

        // Fractions of ticks add up to a hair below the whole number; a hair is not a message late.
        var due = (int)(_owed + 1e-6);
        _owed -= due;
        return due;
    }

    private void EnterSecond(long second)
    {
        _second = second;
        _inBurst = bursts && !_inBurst && random.NextDouble() < BurstChance;
    }
}
