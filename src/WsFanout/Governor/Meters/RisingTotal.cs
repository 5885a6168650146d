namespace WsFanout.Governor.Meters;

/// <summary>How far a counter of the kernel's has come since the first reading. A counter that starts again is followed from there.</summary>
/// <remarks>One thread takes readings; anyone reads <see cref="Value"/>.</remarks>
internal sealed class RisingTotal
{
    // The taker only.
    private double _last;

    private double _value = double.NaN;

    /// <summary>In the unit of the readings; not a number as long as there was none.</summary>
    public double Value => Volatile.Read(ref _value);

    /// <param name="reading">Null when there is none, which changes nothing.</param>
    public void Take(double? reading)
    {
        if (reading is not { } now) return;
        Volatile.Write(ref _value, double.IsNaN(_value) ? 0 : _value + Math.Max(0, now - _last));
        _last = now;
    }
}
