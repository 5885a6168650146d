using System.Runtime.InteropServices;

namespace WsFanout.Planning.SystemCheck.Machine;

/// <summary>What the kernel knows of its clock.</summary>
/// <param name="IsSynchronised">Whether somebody keeps it right (NTP, PTP).</param>
/// <param name="MaxError">Most that it may be off, by the word of whoever keeps it.</param>
internal sealed partial record KernelClock(bool IsSynchronised, TimeSpan MaxError)
{
    // struct timex of 64-bit Linux: modes (which is 0: nothing is changed), offset, freq, maxerror, esterror, status.
    private const int TimexBytes = 256, MaxErrorAt = 24, StatusAt = 40;
    private const int Unsynchronised = 0x40, StateError = 5;

    /// <summary>Asks the kernel; null where there is no such call.</summary>
    public static KernelClock? Read()
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess) return null;
        var timex = new byte[TimexBytes];
        var state = AdjustTime(timex);
        if (state < 0) return null;
        var isRight = state != StateError && (BitConverter.ToInt32(timex, StatusAt) & Unsynchronised) == 0;
        return new KernelClock(isRight, TimeSpan.FromMicroseconds(BitConverter.ToInt64(timex, MaxErrorAt)));
    }

    [LibraryImport("libc", EntryPoint = "adjtimex")]
    private static partial int AdjustTime([In, Out] byte[] timex);
}
