namespace WsFanout.IntegrationTests.Support;

/// <summary>A number that many count up.</summary>
internal sealed class Tally
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public void Add() => Interlocked.Increment(ref _count);
}
