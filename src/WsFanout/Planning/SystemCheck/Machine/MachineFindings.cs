namespace WsFanout.Planning.SystemCheck.Machine;

/// <summary>Everything that is looked at of the machine, in the order of the report.</summary>
internal static class MachineFindings
{
    public static IEnumerable<Finding> Of(MachineView view) =>
    [
        .. Descriptors.Look(view),
        .. ListenQueues.Look(view),
        .. OutgoingPorts.Look(view),
        .. TcpMemory.Look(view),
        .. ConnectionTracking.Look(view),
        .. CpuGrant.Look(view),
        .. MemoryGrant.Look(view),
        .. ThreadLimits.Look(view),
        .. MachineMemory.Look(view),
        .. SystemClock.Look(view),
    ];
}
