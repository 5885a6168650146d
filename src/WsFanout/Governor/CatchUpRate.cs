namespace WsFanout.Governor;

/// <summary>
/// How fast a backlog is taken up after a pause: slowly first, then faster as long as the CPU allows, so that it never trips the threshold
/// again. Never slower than it began: what else uses the CPU must not starve the clients. Ends by itself once less comes than may.
/// </summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class CatchUpRate
{
    private const double Growth = 1.1;

    /// <summary>Growth while less than half of the CPU that may be used is.</summary>
    private const double FastGrowth = 1.35;

    private const double Shrinkage = 0.8;

    /// <summary>Part of what was allowed that must have come for the rate to count as what holds it back.</summary>
    private const double Binding = 0.7;

    /// <summary>Looks in a row that find the rate not binding before it is lifted.</summary>
    private const int LooksToEnd = 3;

    private const double Slowest = 4;

    /// <summary>A ceiling as high as this is none: what the CPU does is nobody's concern here.</summary>
    private const double NoCeiling = 95;

    private readonly double _growBelowPercent;
    private readonly double _shrinkAbovePercent;
    private double _slowest;
    private int _notBinding;

    /// <param name="ceilingPercent">CPU that must not be reached, in percent of the limit.</param>
    public CatchUpRate(double ceilingPercent)
    {
        var ceiling = ceilingPercent < NoCeiling ? ceilingPercent : double.PositiveInfinity;
        _shrinkAbovePercent = ceiling * 0.95;
        _growBelowPercent = ceiling * 0.85;
    }

    /// <summary>Messages a second; infinite while there is nothing to catch up with.</summary>
    public double PerSecond { get; private set; } = double.PositiveInfinity;

    public bool IsActive => double.IsFinite(PerSecond);

    /// <summary>The intake goes on after a pause.</summary>
    /// <param name="before">Messages a second that came before it.</param>
    public void Begin(double before)
    {
        PerSecond = _slowest = Math.Max(Slowest, before / 2);
        _notBinding = 0;
    }

    /// <summary>There is no time for a pace.</summary>
    public void End() => PerSecond = double.PositiveInfinity;

    /// <param name="cpuPercent">Of the time since the last look.</param>
    /// <param name="perSecond">Messages that came since then, a second.</param>
    public void Look(double cpuPercent, double perSecond)
    {
        if (!IsActive) return;
        _notBinding = perSecond < PerSecond * Binding ? _notBinding + 1 : 0;
        if (_notBinding >= LooksToEnd) End();
        else if (cpuPercent > _shrinkAbovePercent) PerSecond = Math.Max(_slowest, PerSecond * Shrinkage);
        else if (cpuPercent < _growBelowPercent) PerSecond *= cpuPercent < _growBelowPercent / 2 ? FastGrowth : Growth;
    }
}
