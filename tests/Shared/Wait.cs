using System.Diagnostics;

namespace WsFanout.Testing;

/// <summary>Waiting for a condition, with a deadline and a reason that a failed test prints.</summary>
internal static class Wait
{
    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <param name="condition">Asked again every 10 ms.</param>
    /// <param name="reason">What was waited for, as in "the second client is connected".</param>
    /// <param name="deadline">Longest wait; 15 s when not given.</param>
    /// <exception cref="TimeoutException">The condition did not come true in time.</exception>
    public static Task UntilAsync(Func<bool> condition, string reason, TimeSpan? deadline = null) =>
        UntilAsync(() => Task.FromResult(condition()), () => reason, deadline);

    /// <inheritdoc cref="UntilAsync(Func{bool}, string, TimeSpan?)"/>
    public static Task UntilAsync(Func<Task<bool>> condition, string reason, TimeSpan? deadline = null) =>
        UntilAsync(condition, () => reason, deadline);

    /// <param name="condition">Asked again every 10 ms.</param>
    /// <param name="reason">Asked for when the deadline has passed, so it can print what was there instead.</param>
    /// <param name="deadline">Longest wait; 15 s when not given.</param>
    /// <exception cref="TimeoutException">The condition did not come true in time.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string> reason, TimeSpan? deadline = null)
    {
        var limit = deadline ?? DefaultDeadline;
        var since = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(since) > limit)
            {
                throw new TimeoutException($"Waited {limit.TotalSeconds:0.#} s in vain until: {reason()}");
            }

            await Task.Delay(Pause);
        }
    }
}
