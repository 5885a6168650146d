namespace WsFanout.Nats.Protocol;

/// <summary>Why a connection could not be opened, or ended.</summary>
/// <param name="Reason">A short sentence for the operator, without secrets.</param>
/// <param name="Slowly">Trying again soon is pointless: somebody has to change credentials or configuration.</param>
internal sealed record SessionEnd(string Reason, bool Slowly = false);
