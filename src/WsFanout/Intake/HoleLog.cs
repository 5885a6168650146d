using WsFanout.Messages;

namespace WsFanout.Intake;

/// <summary>What the log says of holes in the stream: the first at once; while they go on, all since the last line in one.</summary>
/// <remarks>The intake only.</remarks>
internal sealed partial class HoleLog(string stream, ILogger logger, TimeProvider time)
{
    /// <summary>A stream that drops more than it keeps has a hole with every batch.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private long? _saidAt;
    private int _untold;
    private long _untoldMessages;
    private long _from;
    private long _to;

    public void Add(Hole hole)
    {
        if (_untold++ == 0) _from = hole.From;
        _to = hole.To;
        _untoldMessages += hole.To - hole.From + 1;
        SayWhenDue();
    }

    /// <summary>To be called now and then: what was kept back is told, though nothing follows.</summary>
    public void SayWhenDue()
    {
        if (_saidAt is not { } saidAt || time.GetElapsedTime(saidAt) >= Interval) Say();
    }

    /// <summary>Tells what was kept back, now.</summary>
    public void Say()
    {
        if (_untold == 0) return;
        if (_untold == 1) LogHole(logger, stream, _from, _to);
        else LogHoles(logger, stream, _untoldMessages, _untold, _from, _to);
        _untold = 0;
        _untoldMessages = 0;
        _saidAt = time.GetTimestamp();
    }

    [LoggerMessage(LogLevel.Warning, "Stream {Stream} jumped over {From} to {To}: a gap is announced to every client.")]
    private static partial void LogHole(ILogger logger, string stream, long from, long to);

    [LoggerMessage(LogLevel.Warning, "Stream {Stream} jumped over {Messages} messages in {Holes} places between {From} and {To}: each was announced to every client as a gap.")]
    private static partial void LogHoles(ILogger logger, string stream, long messages, int holes, long from, long to);
}
