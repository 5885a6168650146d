using WsFanout.Governor;

namespace WsFanout.Intake;

/// <summary>Waits for the end of an overload while the History is being filled, but not for ever: nobody can be let in or resumed before that is done.</summary>
/// <remarks>The intake only.</remarks>
internal sealed class OverloadPatience(IntakeGate gate, TimeProvider time)
{
    /// <summary>Longest wait, all in all.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(2);

    private TimeSpan _left = Most;

    /// <summary>All of it is there again.</summary>
    public void Renew() => _left = Most;

    /// <returns>False when there was nothing to wait for, or no patience left.</returns>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (gate.IsOpen || _left <= TimeSpan.Zero) return false;
        var since = time.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(gate.WhenOpen(), Task.Delay(_left, time, limit.Token));
        await limit.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        _left -= time.GetElapsedTime(since);
        return true;
    }
}
