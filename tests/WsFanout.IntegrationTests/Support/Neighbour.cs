using System.Diagnostics;

namespace WsFanout.IntegrationTests.Support;

/// <summary>Something else in the server's cgroup that takes all the CPU it can get, while it is awake.</summary>
internal sealed class Neighbour(Process process) : IDisposable
{
    private const int SigStop = 19, SigCont = 18;

    public void Quieten() => _ = ServerProgram.Kill(process.Id, SigStop);

    public void Wake() => _ = ServerProgram.Kill(process.Id, SigCont);

    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.Dispose();
    }
}
