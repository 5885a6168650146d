namespace WsFanout.Hosting;

/// <summary>The collector's hard limit of the whole process: it collects harder before the container's limit ends the process.</summary>
internal static class HeapLimit
{
    /// <summary>The rest of the memory is for what is no heap: code, stacks, the kernel's socket buffers.</summary>
    public const double PartOfMemory = 0.6;

    /// <summary>Most the managed heap may take: the hard limit, without one all memory that there is.</summary>
    public static long Bytes() => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>
    /// Sets it to 60 % of the memory limit, unless the runtime was told a smaller one. The collector can be told less than what it
    /// reserved at its start, never more: a higher limit would end the process at the first large allocation.
    /// </summary>
    /// <returns>The limit in force, and whether it is at most 60 %.</returns>
    public static (long Bytes, bool IsKept) Apply(long memoryLimitBytes)
    {
        var wanted = (long)(memoryLimitBytes * PartOfMemory);
        if (Bytes() > wanted)
        {
            AppContext.SetData("GCHeapHardLimit", (ulong)wanted);
            try
            {
                GC.RefreshMemoryLimit();
            }
            catch (InvalidOperationException)
            {
                // More than that is in use already: the runtime keeps the limit it had.
                return (Bytes(), false);
            }
        }

        return (Bytes(), Bytes() <= wanted);
    }
}
