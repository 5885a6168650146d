namespace WsFanout.Clients;

/// <summary>What became of one name of a resume, as the ack tells it.</summary>
/// <param name="Name">Channel or pattern as requested.</param>
/// <param name="IsRecovered">Whether nothing of it is lost.</param>
/// <param name="From">First sequence number that was asked for.</param>
/// <param name="To">Last one.</param>
/// <param name="Count">Messages that follow.</param>
internal readonly record struct RecoveryRow(string Name, bool IsRecovered, long From, long To, int Count);
