using WsFanout.Intake;
using WsFanout.Telemetry;

namespace WsFanout.Hosting.Endpoints.Publishing;

/// <summary>Times one publish request, and its stages if it is one of those that are timed.</summary>
/// <remarks>That request's.</remarks>
internal sealed class PublishClock(PublishMetrics metrics, TimeProvider time, bool isTimed)
{
    private readonly long _startedAt = time.GetTimestamp();
    private long _stageAt;

    public bool IsTimed => isTimed;

    /// <summary>The whole body is there.</summary>
    public void HasBody()
    {
        if (isTimed) Pass(PublishStage.Parse, _startedAt, _stageAt = time.GetTimestamp());
    }

    public void Stored(PublishResult result, int bytes)
    {
        var now = time.GetTimestamp();
        metrics.Stored(bytes, time.GetElapsedTime(_startedAt, now).TotalSeconds);
        if (!isTimed) return;
        var handedOnAt = result.HandedOnAt > 0 ? result.HandedOnAt : _stageAt;
        Pass(PublishStage.Queue, _stageAt, handedOnAt);
        Pass(PublishStage.Puback, handedOnAt, _stageAt = now);
    }

    /// <summary>The connection has the last byte of the answer.</summary>
    public Task AnsweredAsync()
    {
        Pass(PublishStage.Reply, _stageAt, time.GetTimestamp());
        return Task.CompletedTask;
    }

    private void Pass(PublishStage stage, long from, long to) => metrics.Passed(stage, time.GetElapsedTime(from, to));
}
