using static WsFanout.Planning.SystemCheck.Machine.MachineView;

namespace WsFanout.Planning.SystemCheck.Machine;

/// <summary>Whether somebody keeps the machine's clock right.</summary>
internal static class SystemClock
{
    public static IEnumerable<Finding> Look(MachineView view)
    {
        const string needed = "synchronised";
        if (view.ReadClock() is not { } clock) return [Unknown("clock", "this system's kernel does not say", needed)];
        var finding = Finding("clock", Verdict.Ok) with { Needed = needed, Found = clock.IsSynchronised ? Text($"synchronised, off by {clock.MaxError.TotalMilliseconds:0} ms at most") : "not synchronised, as far as the kernel was told" };
        if (clock.IsSynchronised) return [finding];

        // A virtual machine may have its host's time without telling its kernel so.
        return
        [
            finding with
            {
                Verdict = Verdict.Warning,
                Detail = view.Needs.ComparesTimes
                    ? "Tokens and certificates are held against this clock: a wrong one refuses good clients."
                    : "Deliveries do not depend on it; delivery times that are measured against the broker's clock do.",
                Cure = ["timedatectl set-ntp true", "apt-get install chrony"],
            },
        ];
    }
}
