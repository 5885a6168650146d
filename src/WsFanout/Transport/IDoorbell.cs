namespace WsFanout.Transport;

/// <summary>Wakes a worker that sleeps. Which one a worker has depends on what it sleeps on: sockets, or nothing but the bell.</summary>
internal interface IDoorbell : IDisposable
{
    /// <summary>Any thread. A ring that nobody waits for ends the next wait.</summary>
    void Ring();

    /// <summary>Sleeps until rung, or something else of the worker's happens, or <paramref name="longest"/> has passed. The worker's thread only.</summary>
    void Wait(TimeSpan longest);
}
