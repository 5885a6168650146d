using System.Collections.Concurrent;

namespace WsFanout.IntegrationTests.Support;

/// <summary>Exceptions of the server's own tasks that nobody looked at, while this is there.</summary>
internal sealed class UnobservedExceptions : IDisposable
{
    private readonly ConcurrentQueue<string> _seen = new();

    public UnobservedExceptions() => TaskScheduler.UnobservedTaskException += Note;

    /// <summary>Those so far, of every task that has become garbage.</summary>
    public IReadOnlyCollection<string> Collect()
    {
        // An exception counts as unobserved when its task is finalized; the second collection takes what finalizers let go of.
        for (var i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return _seen;
    }

    public void Dispose() => TaskScheduler.UnobservedTaskException -= Note;

    private void Note(object? sender, UnobservedTaskExceptionEventArgs unobserved)
    {
        // The tests have tasks as well, and their names begin alike.
        var text = unobserved.Exception.ToString();
        if (text.Contains(" at WsFanout.", StringComparison.Ordinal) && !text.Contains(" at WsFanout.IntegrationTests.", StringComparison.Ordinal)) _seen.Enqueue(text);
    }
}
