namespace WsFanout.Planning.SystemCheck.Listening;

/// <summary>A process that listens on a port.</summary>
/// <param name="Name">Of its program, as the kernel has it: never its arguments, which may hold secrets.</param>
/// <param name="IsWsFanout">Whether it is a server of ours.</param>
internal sealed record PortHolder(int Process, string Name, bool IsWsFanout);
