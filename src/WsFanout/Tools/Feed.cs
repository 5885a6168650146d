namespace WsFanout.Tools;

/// <summary>
/// Publishes invented trades until it is told to stop. Goes on when the server is away; says so once, and once when it is back.
/// </summary>
internal sealed class Feed(FeedOptions options, TextWriter output, TimeProvider time)
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    private readonly TradeGenerator _trades = new(options.Symbols, options.Seed);
    private readonly FeedPace _pace = new(options.Rate, options.Bursts, new Random(options.Seed));
    private readonly Backoff _backoff = new(new Random(), LongestPause);

    // RunAsync's loop only.
    private FeedState _state = FeedState.Starting;

    /// <summary>Messages stored so far.</summary>
    public long Published { get; private set; }

    /// <returns><see cref="ExitCode.Failed"/> when the server refuses in a way that waiting does not mend, and when a given time ended and none of it was taken.</returns>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        using var publisher = new Publisher(options.Server, options.Token, AnswerWithin);
        var started = time.GetTimestamp();
        try
        {
            for (var elapsed = TimeSpan.Zero; options.Duration is not { } end || elapsed < end; elapsed = time.GetElapsedTime(started))
            {
                for (var due = _pace.Due(elapsed); due > 0; due--)
                {
                    if (!await PublishOneAsync(publisher, stop)) return ExitCode.Failed;
                    if (_state == FeedState.Away) break;
                }
                await Task.Delay(Step, time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Ctrl-C is how a feed usually ends.
        }
        await output.WriteLineAsync($"feed: {Published} trades published.");
        return Published == 0 && _state == FeedState.Away && !stop.IsCancellationRequested ? ExitCode.Failed : ExitCode.Done;
    }

    private async Task<bool> PublishOneAsync(Publisher publisher, CancellationToken stop)
    {
        var (symbol, json) = _trades.Next(time.GetUtcNow());
        var outcome = await publisher.PublishAsync($"{symbol}.{options.ChannelSuffix}", json, stop);
        if (outcome.Stored is not null)
        {
            Published++;
            await EnterAsync(FeedState.Publishing, $"publishing {options.Rate:0.##} trades/s on {options.Symbols} symbols to {options.Server}");
            return true;
        }

        if (outcome.Refused is { IsTemporary: false })
        {
            await output.WriteLineAsync($"feed: stopped, {outcome.Problem(options.Server)}");
            return false;
        }
        await EnterAsync(FeedState.Away, $"waiting, {outcome.Problem(options.Server)}");
        await Task.Delay(outcome.Refused?.RetryAfter ?? _backoff.Next(), time, stop);
        return true;
    }

    private async Task EnterAsync(FeedState state, string said)
    {
        if (state == FeedState.Publishing) _backoff.Reset();
        if (state == _state) return;

        _state = state;
        await output.WriteLineAsync($"feed: {said}");
    }

    private enum FeedState
    {
        Starting,
        Publishing,
        Away,
    }
}
