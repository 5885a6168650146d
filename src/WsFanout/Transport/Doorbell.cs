namespace WsFanout.Transport;

/// <summary>The bell of a worker that has no sockets of its own.</summary>
internal sealed class Doorbell : IDoorbell
{
    private readonly AutoResetEvent _rung = new(false);

    public void Ring() => _rung.Set();

    public void Wait(TimeSpan longest) => _rung.WaitOne(longest);

    public void Dispose() => _rung.Dispose();
}
