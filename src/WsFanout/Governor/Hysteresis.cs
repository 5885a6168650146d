namespace WsFanout.Governor;

/// <summary>A switch that goes on above one value and off below another, so that a value that hovers around one of them does not make it flicker.</summary>
/// <remarks>One thread.</remarks>
/// <param name="above">Percent. From <see cref="NeverOn"/> on it never goes on.</param>
/// <param name="below">Percent; at most <paramref name="above"/>. The same: no hysteresis.</param>
internal sealed class Hysteresis(double above, double below)
{
    private const double NeverOn = 100;

    public bool IsOn { get; private set; }

    /// <returns>Whether it is on now.</returns>
    public bool Update(double value)
    {
        if (above >= NeverOn) return false;
        if (value > above) IsOn = true;
        else if (value < below) IsOn = false;
        return IsOn;
    }
}
