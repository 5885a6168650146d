namespace WsFanout.IntegrationTests.Support;

/// <summary>What a test has started so far, ended in the opposite order, also when it fails in the middle of starting.</summary>
internal sealed class PartsInUse : IAsyncDisposable
{
    private readonly Stack<Func<ValueTask>> _ends = new();

    public T Add<T>(T part)
        where T : IDisposable
    {
        _ends.Push(() =>
        {
            part.Dispose();
            return ValueTask.CompletedTask;
        });
        return part;
    }

    public T AddAsync<T>(T part)
        where T : IAsyncDisposable
    {
        _ends.Push(part.DisposeAsync);
        return part;
    }

    public async ValueTask DisposeAsync()
    {
        while (_ends.TryPop(out var end)) await end();
    }
}
