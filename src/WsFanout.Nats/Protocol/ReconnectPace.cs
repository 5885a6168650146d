namespace WsFanout.Nats.Protocol;

/// <summary>
/// How long to pause after every server was tried in vain: random up to a ceiling that doubles, so that many instances which lost the same
/// server do not come back together.
/// </summary>
/// <remarks>Thread safety: the connection's loop only.</remarks>
internal sealed class ReconnectPace(TimeSpan min, TimeSpan max)
{
    // Connection's loop only: rounds in vain since the last reset.
    private int _rounds;

    public void Reset() => _rounds = 0;

    /// <param name="slowly">Only somebody's action can help: the ceiling is the longest pause at once.</param>
    public TimeSpan Next(bool slowly)
    {
        // Past 2^20 no ceiling is reached that was not reached before.
        _rounds = Math.Min(_rounds + 1, 20);
        var ceiling = slowly ? max : TimeSpan.FromTicks(Math.Min(max.Ticks, min.Ticks << _rounds));
        var floor = slowly ? max / 2 : min;
        return floor + ((ceiling - floor) * Random.Shared.NextDouble());
    }
}
