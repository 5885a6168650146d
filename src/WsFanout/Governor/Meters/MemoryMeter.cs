namespace WsFanout.Governor.Meters;

/// <summary>Memory used, in percent of the limit.</summary>
/// <remarks>One thread samples; anyone reads.</remarks>
internal sealed class MemoryMeter(Func<long> bytes, long limitBytes)
{
    private long _bytes;

    /// <summary>Bytes used as of the last reading.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public double Percent => (double)Bytes / limitBytes * 100;

    public void Sample() => Volatile.Write(ref _bytes, bytes());
}
