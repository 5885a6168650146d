namespace WsFanout.Hosting;

/// <summary>Tells a worker that will never end its turn from one that only stood still with the whole process, as after <c>docker pause</c>.</summary>
/// <param name="limit">A turn takes milliseconds. One that takes this long will never end, and its clients are better off elsewhere.</param>
internal sealed class StuckWatch(TimeSpan limit)
{
    /// <summary>Looks in a row that must find it so: a process that stood still finds it once, and then its workers go on.</summary>
    private const int Looks = 4;

    // Whoever looks: one at a time.
    private int _found;

    /// <param name="busyFor">How long the longest turn has been going on.</param>
    /// <returns>Whether that turn has to be given up.</returns>
    public bool IsStuck(TimeSpan busyFor)
    {
        _found = busyFor > limit ? _found + 1 : 0;
        return _found >= Looks;
    }
}
