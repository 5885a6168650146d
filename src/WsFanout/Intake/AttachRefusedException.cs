namespace WsFanout.Intake;

/// <summary>The stream can't be attached as things are; somebody may have to act, and the intake keeps trying.</summary>
/// <param name="reason">A word for <c>/health</c>.</param>
/// <param name="detail">A sentence without secrets.</param>
internal sealed class AttachRefusedException(string reason, string detail) : Exception(detail)
{
    public string Reason { get; } = reason;
}
