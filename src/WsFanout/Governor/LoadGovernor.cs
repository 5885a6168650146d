using WsFanout.Governor.Entry;

namespace WsFanout.Governor;

/// <summary>
/// Decides by what the machine is used at whether newcomers are let in and whether the intake may ask. Sits between the meters and those
/// two.
/// </summary>
/// <remarks>One thread looks; anyone reads.</remarks>
internal sealed class LoadGovernor(GovernorOptions options, TimeProvider time)
{
    private volatile Refusal? _refusal;

    public GovernorState State { get; private set; }

    /// <summary>Why newcomers are refused now; null while they are welcome. Any thread.</summary>
    public Refusal? Refusal => _refusal;

    public IntakeGate Intake { get; } = new(time);

    /// <summary>Judges one reading.</summary>
    public void Look(in LoadReading reading)
    {
        _refusal = reading.CpuPercent > options.CpuRejectPercent && options.CpuRejectPercent < 100 ? Refusal.Cpu : null;
    }
}
