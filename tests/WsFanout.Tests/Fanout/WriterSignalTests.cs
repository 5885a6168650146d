using WsFanout.Fanout;

namespace WsFanout.Tests.Fanout;

public sealed class WriterSignalTests
{
    [Fact]
    public async Task A_wait_ends_with_the_next_move_and_not_before()
    {
        var signal = new WriterSignal();
        signal.Set();
        var wait = signal.WaitAsync(CancellationToken.None);

        Assert.False(wait.IsCompleted);
        signal.Set();

        await wait.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_wait_that_another_replaces_is_over_and_holds_on_to_nothing()
    {
        var signal = new WriterSignal();
        using var stopping = new CancellationTokenSource();
        var abandoned = signal.WaitAsync(stopping.Token);

        var wait = signal.WaitAsync(stopping.Token);

        await abandoned.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.False(wait.IsCompleted);
    }

    [Fact]
    public async Task A_wait_ends_when_its_token_says_so()
    {
        var signal = new WriterSignal();
        using var stopping = new CancellationTokenSource();
        var wait = signal.WaitAsync(stopping.Token);

        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.WaitAsync(TimeSpan.FromSeconds(10)));
    }
}
