using Microsoft.AspNetCore.Connections;
using Microsoft.Net.Http.Headers;
using WsFanout.Intake;
using WsFanout.Telemetry;

namespace WsFanout.Hosting.Endpoints.Publishing;

/// <summary>
/// A publish request with a message in each line (<c>application/x-ndjson</c>): stored in their order, many at a time on their way to the stream, each
/// with a line of its own in the answer.
/// </summary>
internal sealed class PublishLines(ServerState state, PublishGate gate, PublishMetrics metrics)
{
    /// <summary>So many answers fit the memory of a request.</summary>
    private const int MaxLines = 10_000;

    /// <summary>Of the places for messages that wait, one request takes at most this part.</summary>
    private const int ShareOfPlaces = 4;

    private const string ContentType = "application/x-ndjson";

    public static bool IsAsked(HttpContext context)
    {
        var path = context.Request.Path.Value;
        return path?.Length == PublishEndpoint.LinesPath.Length || IsNdjson(context);
    }

    public async Task HandleAsync(HttpContext context)
    {
        var startedAt = state.Time.GetTimestamp();
        var protocol = PublishProtocol.Of(context);
        var lines = new List<PublishLine>();
        if (await MeetAsync(context, lines) is { } refused)
        {
            metrics.Answered(protocol, refused.Outcome);
            await RequestBody.DiscardAsync(context, gate.Timeout, gate.DiscardedBytes);
            await PublishAnswer.WriteAsync(context, refused);
            return;
        }

        foreach (var line in lines)
        {
            metrics.Answered(protocol, line.Result!.Outcome);
            if (line.Result.Problem is null) metrics.Stored(line.Payload.Length, state.Time.GetElapsedTime(startedAt, line.SettledAt).TotalSeconds);
        }

        if (context.RequestAborted.IsCancellationRequested) context.Abort();
        else await PublishAnswer.WriteLinesAsync(context, lines);
    }

    /// <returns>Why the request as a whole is refused, and nothing of it is stored; null when each line has a result.</returns>
    private async Task<PublishResult?> MeetAsync(HttpContext context, List<PublishLine> lines)
    {
        if (gate.Access.Refusal(context) is { } unauthorized) return unauthorized;
        if (!IsNdjson(context)) return PublishResult.Refused("bad_request", $"{PublishEndpoint.LinesPath} takes lines, with Content-Type: {ContentType}; one message goes to {PublishEndpoint.Path} and the channel");
        string? channel = null;
        if (context.Request.Path.Value!.Length > PublishEndpoint.LinesPath.Length)
        {
            if (!PublishedChannel.TryRead(context, gate.MaxChannelLength, out channel, out var problem)) return PublishResult.Refused("bad_request", problem);
        }

        if ((gate.BodyTooLarge(context.Request.ContentLength ?? 0) ?? gate.OverPending()) is { } over) return over;
        var places = new Places(metrics, gate.MaxPending);
        try
        {
            var body = await RequestBody.ReadAsync(context, gate.Timeout, gate.BodyTooLarge);
            if (body.Refused is not null) return body.Refused;
            if (Split(body.Bytes, channel, lines) is { } wrong) return wrong;
            await new LineRun(context, state.Source, gate, places, state.Time).StoreAsync(lines);
            return null;
        }
        catch (Exception gone) when (gone is OperationCanceledException or ConnectionResetException or IOException)
        {
            return RequestBody.BrokenOff(context, gone);
        }
        finally
        {
            places.GiveBack();
        }
    }

    private PublishResult? Split(ReadOnlyMemory<byte> body, string? channel, List<PublishLine> lines)
    {
        while (!body.IsEmpty)
        {
            var end = body.Span.IndexOf((byte)'\n');
            var line = end < 0 ? body : body[..end];
            body = end < 0 ? default : body[(end + 1)..];
            if (line.Span is [.., (byte)'\r']) line = line[..^1];
            if (line.IsEmpty) continue;
            if (lines.Count == MaxLines) return PublishResult.Refused("too_large", $"more than {MaxLines} lines; nothing of them is stored");
            lines.Add(channel is null ? PublishLine.Read(line, gate.MaxChannelLength) : PublishLine.For(channel, line));
        }

        return lines.Count == 0 ? PublishResult.Refused("bad_request", "the body has no line") : null;
    }

    private static bool IsNdjson(HttpContext context) =>
        context.Request.ContentType is { } given && MediaTypeHeaderValue.TryParse(given, out var type) && type.MediaType.Equals(ContentType, StringComparison.OrdinalIgnoreCase);

    /// <summary>The places among those who wait that one request has taken: one from its start, more as far as there are.</summary>
    internal sealed class Places(PublishMetrics metrics, int maxPending)
    {
        private int _taken = 1;

        public int Taken => _taken;

        public bool TryTakeMore()
        {
            // The other half is for those who come and have none yet.
            if (_taken >= maxPending / ShareOfPlaces || !metrics.TryBegin(maxPending / 2)) return false;
            _taken++;
            return true;
        }

        public void GiveBack() => metrics.End(_taken);
    }
}
