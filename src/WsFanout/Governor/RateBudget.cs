namespace WsFanout.Governor;

/// <summary>So many a second, saved up for a fraction of one. May be overdrawn: what was spent is paid back before there is more.</summary>
/// <remarks>One thread.</remarks>
internal sealed class RateBudget(TimeProvider time)
{
    /// <summary>What a quiet time may save up. Seconds of the rate.</summary>
    private const double MostSeconds = 0.5;

    private double _saved;
    private long _countedAt = time.GetTimestamp();

    /// <summary>A second; infinite for no limit. What has been saved up stays.</summary>
    public double PerSecond { get; private set; } = double.PositiveInfinity;

    public bool IsLimited => double.IsFinite(PerSecond);

    public void SetRate(double perSecond)
    {
        Count();
        if (!IsLimited) _saved = 0;
        PerSecond = perSecond;
    }

    /// <summary>How much may be spent now; infinite for no limit, negative when overdrawn.</summary>
    public double Left()
    {
        Count();
        return IsLimited ? _saved : double.PositiveInfinity;
    }

    public void Spend(double amount) => _saved -= amount;

    private void Count()
    {
        var now = time.GetTimestamp();
        if (IsLimited) _saved = Math.Min(Math.Max(1, PerSecond * MostSeconds), _saved + (time.GetElapsedTime(_countedAt, now).TotalSeconds * PerSecond));
        _countedAt = now;
    }
}
