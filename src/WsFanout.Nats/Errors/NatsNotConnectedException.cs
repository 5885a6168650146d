namespace WsFanout.Nats;

/// <summary>No connection is open, or the one that was used has ended.</summary>
/// <param name="mayHaveBeenSent">What was to be sent may be on its way or have arrived: nothing is known about it. Else the server has not seen it.</param>
public sealed class NatsNotConnectedException(string message, bool mayHaveBeenSent = false) : NatsException(message)
{
    public bool MayHaveBeenSent { get; } = mayHaveBeenSent;
}
