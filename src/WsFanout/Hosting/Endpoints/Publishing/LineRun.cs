using System.Globalization;
using WsFanout.Intake;

namespace WsFanout.Hosting.Endpoints.Publishing;

/// <summary>Stores the lines of one request in their order.</summary>
/// <remarks>
/// One that is wrong by itself is passed over. One that can't be stored now ends it: those behind it are not tried, so that who sends the rest again
/// keeps the order.
/// </remarks>
internal sealed class LineRun(HttpContext context, IMessageSource source, PublishGate gate, PublishLines.Places places, TimeProvider time)
{
    private readonly Queue<(PublishLine Line, Task<PublishResult> Answer)> _underWay = new();

    // What kept a line from being stored that might have been at another time.
    private PublishResult? _ended;

    /// <summary>Ends when every line has its result.</summary>
    public async Task StoreAsync(IReadOnlyList<PublishLine> lines)
    {
        // One time for all of them, as for one message.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(gate.Timeout);
        try
        {
            await StoreAsync(lines, limit);
        }
        finally
        {
            // Nothing is left but after a fault: then nobody may wait on without a deadline.
            if (_underWay.Count > 0) await limit.CancelAsync();
            foreach (var (_, answer) in _underWay) await ((Task)answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task StoreAsync(IReadOnlyList<PublishLine> lines, CancellationTokenSource limit)
    {
        foreach (var line in lines)
        {
            line.Result ??= gate.TooLarge(line.Payload.Length);
            if (line.Result is not null) continue;
            if (_ended is null && limit.IsCancellationRequested) End(OutOfTime());
            if (_ended is null && gate.OverRate() is { } over) line.Result = End(over);
            else if (_ended is not null) line.Result = NotTried(_ended);
            else if (source.TryPublish(line.Channel, line.Payload) is { } known) Settle(line, known);
            else await BeginAsync(line, limit.Token);
        }

        while (_underWay.Count > 0) await EndOldestAsync();
    }

    /// <summary>Puts a line on its way, once one of the request's places is free.</summary>
    private async Task BeginAsync(PublishLine line, CancellationToken limit)
    {
        while (_underWay.Count >= places.Taken && !places.TryTakeMore()) await EndOldestAsync();
        if (_ended is not null)
        {
            line.Result = NotTried(_ended);
            return;
        }

        _underWay.Enqueue((line, source.PublishAsync(line.Channel, line.Payload, limit)));
        while (_underWay.TryPeek(out var oldest) && oldest.Answer.IsCompleted) await EndOldestAsync();
    }

    private async Task EndOldestAsync()
    {
        var (line, answer) = _underWay.Dequeue();
        try
        {
            Settle(line, await answer);
        }
        catch (OperationCanceledException)
        {
            Settle(line, OutOfTime());
        }
    }

    private void Settle(PublishLine line, PublishResult result)
    {
        line.Result = result;
        line.SettledAt = time.GetTimestamp();
        if (result.Problem is not null && result.Outcome is not ("bad_request" or "too_large")) End(result);
    }

    private PublishResult End(PublishResult why)
    {
        _ended ??= why;
        return why;
    }

    private static PublishResult NotTried(PublishResult ended) => PublishResult.Refused(
        ended.Outcome == PublishResult.UnknownOutcome ? "unavailable" : ended.Outcome, "not tried, because a line before it could not be stored; it is not stored");

    private PublishResult OutOfTime() => context.RequestAborted.IsCancellationRequested ? PublishResult.Aborted() : PublishResult.Refused(
        "timeout", string.Create(CultureInfo.InvariantCulture, $"the stream has not taken it within the {gate.Timeout.TotalSeconds:0.###} s that all lines have (WS_PUBLISH_TIMEOUT); it is not stored"));
}
