using System.Globalization;
using Microsoft.AspNetCore.Connections;
using WsFanout.Intake;
using WsFanout.Telemetry;

namespace WsFanout.Hosting.Endpoints.Publishing;

/// <summary><c>POST /publish/{channel}</c>: stores the body in the stream and answers once it is stored. Several lines: <see cref="PublishLines"/>.</summary>
internal sealed class PublishEndpoint(ServerState state, PublishGate gate, PublishMetrics metrics)
{
    /// <summary>The lines name their channels.</summary>
    public const string LinesPath = "/publish";

    public const string Path = "/publish/";

    /// <summary>Of so many requests one has its stages timed.</summary>
    private const uint TimedOf = 8;

    private readonly PublishLines _lines = new(state, gate, metrics);

    // By Interlocked.
    private uint _count;

    public static bool IsAt(string path) => path.StartsWith(LinesPath, StringComparison.Ordinal) && (path.Length == LinesPath.Length || path[LinesPath.Length] == '/');

    public Task HandleAsync(HttpContext context)
    {
        PublisherConnection.Asked(context, metrics, state.Time);
        return PublishLines.IsAsked(context) ? _lines.HandleAsync(context) : HandleOneAsync(context);
    }

    private async Task HandleOneAsync(HttpContext context)
    {
        var clock = new PublishClock(metrics, state.Time, isTimed: Interlocked.Increment(ref _count) % TimedOf == 1);
        var result = await MeetAsync(context, clock);
        metrics.Answered(PublishProtocol.Of(context), result.Outcome);
        if (result.Problem is not null) await RequestBody.DiscardAsync(context, gate.Timeout, gate.DiscardedBytes);
        await PublishAnswer.WriteAsync(context, result);
        if (clock.IsTimed && result.Problem is null) context.Response.OnCompleted(clock.AnsweredAsync);
    }

    private async ValueTask<PublishResult> MeetAsync(HttpContext context, PublishClock clock)
    {
        if (gate.Access.Refusal(context) is { } refused) return refused;
        if (!PublishedChannel.TryRead(context, gate.MaxChannelLength, out var channel, out var problem)) return PublishResult.Refused("bad_request", problem);
        if ((gate.TooLarge(context.Request.ContentLength ?? 0) ?? gate.OverRate() ?? gate.OverPending()) is { } over) return over;
        try
        {
            return await StoreAsync(context, channel, clock);
        }
        finally
        {
            metrics.End();
        }
    }

    private async ValueTask<PublishResult> StoreAsync(HttpContext context, string channel, PublishClock clock)
    {
        try
        {
            // Twice the same time: a body that trickles must not hold a place for ever, nor take its time from the stream.
            var body = await RequestBody.ReadAsync(context, gate.Timeout, gate.TooLarge);
            if (body.Refused is not null) return body.Refused;

            clock.HasBody();
            var result = state.Source.TryPublish(channel, body.Bytes) ?? await WaitAsync(context, channel, body.Bytes);
            if (result.Problem is null) clock.Stored(result, body.Bytes.Length);
            return result.Outcome == PublishResult.UnknownOutcome && context.RequestAborted.IsCancellationRequested ? PublishResult.Aborted() : result;
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            return PublishResult.Refused("timeout", string.Create(CultureInfo.InvariantCulture, $"the stream has not taken it within {gate.Timeout.TotalSeconds:0.###} s (WS_PUBLISH_TIMEOUT); it is not stored"));
        }
        catch (Exception gone) when (gone is OperationCanceledException or ConnectionResetException or IOException)
        {
            return RequestBody.BrokenOff(context, gone);
        }
    }

    private async Task<PublishResult> WaitAsync(HttpContext context, string channel, ReadOnlyMemory<byte> payload)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(gate.Timeout);
        return await state.Source.PublishAsync(channel, payload, limit.Token);
    }
}
