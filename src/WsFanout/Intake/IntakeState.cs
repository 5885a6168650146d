namespace WsFanout.Intake;

/// <summary>Whether messages flow, as <c>/health</c> tells it.</summary>
/// <param name="EverAttached">Whether the stream has been attached once; before that no client is let in.</param>
/// <param name="Attached">Whether it is now.</param>
/// <param name="Reason">A word for why it is not; null while it is.</param>
/// <param name="Detail">A sentence to it, without secrets.</param>
/// <param name="Since">When this state began. Ticks of the monotonic clock.</param>
internal sealed record IntakeState(bool EverAttached, bool Attached, string? Reason, string? Detail, long Since)
{
    /// <summary>Whether the History is being filled anew from the stream, or could not be filled to the end: no place to resume at.</summary>
    public bool IsRefilling { get; init; }
}
