namespace WsFanout.Governor;

/// <summary>
/// How fast a backlog is taken up after a pause: slowly first, then faster as long as the CPU allows, so that it never trips the threshold
/// again. Never slower than it began: what else uses the CPU must not starve the clients. Ends by itself once less comes than may.
/// </summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class CatchUpRate
{
    /// <summary>Growth in <see cref="Step"/> while less than half of the CPU that may be used is, while less of it is, and close to it: the pace always ends.</summary>
    private const double FastGrowth = 1.35, Growth = 1.1, LeastGrowth = 1.03;

    private const double Shrinkage = 0.8;

    /// <summary>Growth of the slowest rate, whatever the CPU does: twice in a good minute.</summary>
    private const double FloorGrowth = 1.005;

    /// <summary>Time in which the rate changes by one of these factors. Seconds.</summary>
    private const double Step = 0.5;

    /// <summary>Part of what was allowed that must have come for the rate to count as what holds it back.</summary>
    private const double Binding = 0.7;

    /// <summary>Time without a break in which the rate must not have been binding before it is lifted: more than a few ticks of the intake. Seconds.</summary>
    private const double LongEnough = 1.4;

    private const double Slowest = 4;

    /// <summary>A ceiling as high as this is none: what the CPU does is nobody's concern here.</summary>
    private const double NoCeiling = 95;

    private readonly double _growBelowPercent;
    private readonly double _shrinkAbovePercent;
    private double _slowest;
    private double _notBindingFor;

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
    /// <param name="before">Messages a second that came before it, when nothing held them back.</param>
    public void Begin(double before)
    {
        PerSecond = _slowest = Math.Max(Slowest, before / 2);
        _notBindingFor = 0;
    }

    /// <summary>There is no time for a pace.</summary>
    public void End() => PerSecond = double.PositiveInfinity;

    /// <param name="cpuPercent">Of the time since the last look.</param>
    /// <param name="perSecond">Messages that came since then, a second.</param>
    /// <param name="seconds">Since then.</param>
    public void Look(double cpuPercent, double perSecond, double seconds)
    {
        if (!IsActive) return;
        _notBindingFor = perSecond < PerSecond * Binding ? _notBindingFor + seconds : 0;
        if (_notBindingFor >= LongEnough)
        {
            End();
            return;
        }

        // The floor rises too: a neighbour that keeps the CPU high must not hold back for ever what the stream goes on to bring.
        var steps = Math.Min(seconds / Step, 2);
        _slowest *= Math.Pow(FloorGrowth, steps);
        var factor = cpuPercent > _shrinkAbovePercent ? Shrinkage
            : cpuPercent > _growBelowPercent ? LeastGrowth
            : cpuPercent > _growBelowPercent / 2 ? Growth
            : FastGrowth;
        PerSecond = Math.Max(_slowest, PerSecond * Math.Pow(factor, steps));
    }
}
