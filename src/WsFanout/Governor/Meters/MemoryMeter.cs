namespace WsFanout.Governor.Meters;

/// <summary>Memory used, in bytes and in percent of the limit, as whoever enforces the limit counts it.</summary>
/// <remarks>One thread samples; anyone reads. Errors are counted, never thrown.</remarks>
internal sealed class MemoryMeter
{
    /// <summary>
    /// Part of the collector's hard limit that counts as all of it. The rest is for what arrives between two readings, and after a pause has begun
    /// (up to 16 MB were asked for): past the hard limit an allocation fails, and the process ends.
    /// </summary>
    private const double UsablePartOfHeap = 0.85;

    private readonly CgroupMemory? _cgroup;
    private readonly ProcessMemory _process;
    private readonly PressureFile _pressure;
    private readonly Func<long> _heap;
    private readonly Func<long> _heapLimit;
    private readonly long _limitBytes;

    private long _bytes;
    private long _heapBytes;
    private double _heapPercent;
    private double _socketBytes = double.NaN;
    private double _pressurePercent = double.NaN;
    private long _errors;
    private volatile MeterSource _source;

    /// <param name="root">Directory that stands for <c>/</c>.</param>
    /// <param name="heap">Bytes in the managed heap.</param>
    /// <param name="heapLimit">Most bytes that may be in it.</param>
    /// <param name="limitBytes">Bytes that are 100 %.</param>
    public MemoryMeter(string root, Func<long> heap, Func<long> heapLimit, long limitBytes)
    {
        _cgroup = CgroupMemory.Find(root, limitBytes);
        _process = new ProcessMemory(root);
        _pressure = new PressureFile(root, "memory");
        _heap = heap;
        _heapLimit = heapLimit;
        _limitBytes = limitBytes;
        _source = _cgroup?.Source ?? MeterSource.Process;
        Sample();
    }

    /// <summary>
    /// Bytes used as of the last reading. Of a cgroup: all it is charged with but file cache out of use. Of the process: what is resident;
    /// what the machine's kernel holds for sockets may be any neighbour's.
    /// </summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Of the limit that is nearer: that of all memory, or that of the managed heap, which is reached first when queues grow.</summary>
    public double Percent => Math.Max((double)Bytes / _limitBytes * 100, Volatile.Read(ref _heapPercent));

    /// <summary>Bytes in the managed heap, garbage not collected yet included.</summary>
    public long HeapBytes => Volatile.Read(ref _heapBytes);

    /// <summary>Bytes that the kernel holds for sockets: of the cgroup where it counts them, else of the machine. Not a number where neither does.</summary>
    public double SocketBytes => Volatile.Read(ref _socketBytes);

    /// <summary>Percent of the last 10 s in which something in the cgroup, or else on the machine, waited for memory; not a number where the system doesn't tell.</summary>
    public double PressurePercent => Volatile.Read(ref _pressurePercent);

    /// <summary>Whose accounting the last reading is from.</summary>
    public MeterSource Source => _source;

    /// <summary>Every source that this meter may read.</summary>
    public IReadOnlyList<MeterSource> Sources => _cgroup is null ? [MeterSource.Process] : [_cgroup.Source, MeterSource.Process];

    /// <summary>Readings that could not be used.</summary>
    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>A meter of the running process.</summary>
    /// <param name="limitBytes">Bytes that are 100 %.</param>
    public static MemoryMeter OfThisProcess(long limitBytes) =>
        new("/", () => GC.GetTotalMemory(forceFullCollection: false), () => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, limitBytes);

    /// <summary>Takes a reading. The process's accounting fills in for a cgroup that can't be read; without that too, what was known stays.</summary>
    public void Sample()
    {
        long? sockets = null;
        var byCgroup = _cgroup?.Read(out sockets);
        var machineSockets = _process.Sockets();
        var bytes = byCgroup ?? _process.Resident();
        if (bytes is null || (_cgroup is not null && byCgroup is null)) Interlocked.Increment(ref _errors);

        _source = byCgroup is null ? MeterSource.Process : _cgroup!.Source;
        if (bytes is { } known) Volatile.Write(ref _bytes, known);
        Volatile.Write(ref _socketBytes, sockets ?? machineSockets ?? double.NaN);
        var heap = _heap();
        Volatile.Write(ref _heapBytes, heap);
        Volatile.Write(ref _heapPercent, heap / (_heapLimit() * UsablePartOfHeap) * 100);
        Volatile.Write(ref _pressurePercent, _pressure.Percent());
    }
}
