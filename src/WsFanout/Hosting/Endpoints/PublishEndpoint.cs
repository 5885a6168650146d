using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using WsFanout.Intake;
using WsFanout.Messages;
using WsFanout.Telemetry;

namespace WsFanout.Hosting.Endpoints;

/// <summary><c>POST /publish/{channel}</c>: stores the body in the stream and answers once it is stored.</summary>
internal sealed class PublishEndpoint
{
    public const string Path = "/publish/";

    private const string Bearer = "Bearer ";
    private const int MaxRetrySeconds = 2;

    private readonly ServerState _state;
    private readonly PublishOptions _options;
    private readonly int _maxChannelLength;
    private readonly PublishMetrics _metrics;
    private readonly RequestRate _rate;
    private readonly byte[]? _tokenHash;

    public PublishEndpoint(ServerState state, PublishOptions options, int maxChannelLength, PublishMetrics metrics)
    {
        _state = state;
        _options = options;
        _maxChannelLength = maxChannelLength;
        _metrics = metrics;
        _rate = new RequestRate(options.RatePerSecond, options.Burst, state.Time);
        _tokenHash = options.Token is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(options.Token));
    }

    public async Task HandleAsync(HttpContext context)
    {
        var result = await MeetAsync(context);
        _metrics.Answered("http/1.1", result.Outcome);
        if (result.Problem is null)
        {
            await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, json =>
            {
                json.WriteStartObject();
                json.WriteNumber("seq", result.Sequence);
                json.WriteEndObject();
            });
            return;
        }

        if (result.Outcome == "aborted")
        {
            // Nobody may be left with the framework's own 200.
            context.Abort();
            return;
        }

        if (result.Outcome == "unauthorized") context.Response.Headers.WWWAuthenticate = "Bearer";
        int? retryAfter = result.Outcome is "too_many_pending" or "rate_limited" or "unavailable" ? Random.Shared.Next(1, MaxRetrySeconds + 1) : null;
        await JsonAnswer.RefuseAsync(context, StatusOf(result.Outcome), result.Outcome, result.Problem, retryAfter);
    }

    private static int StatusOf(string outcome) => outcome switch
    {
        "bad_request" => StatusCodes.Status400BadRequest,
        "unauthorized" => StatusCodes.Status401Unauthorized,
        "forbidden" => StatusCodes.Status403Forbidden,
        "too_large" => StatusCodes.Status413PayloadTooLarge,
        "rate_limited" => StatusCodes.Status429TooManyRequests,
        _ => StatusCodes.Status503ServiceUnavailable,
    };

    private async Task<PublishResult> MeetAsync(HttpContext context)
    {
        if (Unauthorized(context) is { } unauthorized) return unauthorized;
        if (!TryReadChannel(context, out var channel, out var problem)) return PublishResult.Refused("bad_request", problem);
        if (TooLarge(context.Request.ContentLength ?? 0) is { } tooLarge) return tooLarge;
        if (!_rate.TryTake()) return PublishResult.Refused("rate_limited", $"more than {_options.RatePerSecond} publish requests a second (WS_PUBLISH_RATE)");
        if (!_metrics.TryBegin(_options.MaxPending))
        {
            return PublishResult.Refused("too_many_pending", $"{_options.MaxPending} publish requests are waiting for the stream (WS_PUBLISH_MAX_PENDING)");
        }

        try
        {
            return await StoreAsync(context, channel);
        }
        finally
        {
            _metrics.End();
        }
    }

    private async Task<PublishResult> StoreAsync(HttpContext context, string channel)
    {
        var started = _state.Time.GetTimestamp();
        try
        {
            // Twice the same time: a body that trickles must not hold a place for ever, nor take its time from the stream.
            var body = await RequestBody.ReadAsync(context, _options.Timeout, TooLarge);
            if (body.Refused is not null) return body.Refused;

            using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            limit.CancelAfter(_options.Timeout);
            var result = await _state.Source.PublishAsync(channel, body.Bytes, limit.Token);
            if (result.Problem is null) _metrics.Stored(body.Bytes.Length, _state.Time.GetElapsedTime(started).TotalSeconds);
            return result.Outcome == PublishResult.UnknownOutcome && context.RequestAborted.IsCancellationRequested ? PublishResult.Refused("aborted", "the client went away") : result;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return PublishResult.Refused("aborted", "the client went away");
        }
        catch (OperationCanceledException)
        {
            return PublishResult.Refused("timeout", string.Create(CultureInfo.InvariantCulture, $"the stream has not taken it within {_options.Timeout.TotalSeconds:0.###} s (WS_PUBLISH_TIMEOUT); it is not stored"));
        }
        catch (ConnectionResetException)
        {
            return PublishResult.Refused("aborted", "the client went away");
        }
        catch (IOException broken)
        {
            // The body is no HTTP (a chunk without a size, or with one beyond all bounds, is an IOException too): nothing behind it can be read.
            context.Response.Headers.Connection = "close";
            return PublishResult.Refused("bad_request", broken.Message);
        }
    }

    private PublishResult? Unauthorized(HttpContext context)
    {
        if (_tokenHash is null)
        {
            return LocalOnly.Objection(context) is { } objection
                ? PublishResult.Refused("forbidden", $"without WS_PUBLISH_TOKEN only this machine may publish, and the request does not count as its: {objection}")
                : null;
        }

        // Hashes are compared, in constant time: neither content nor length of the token can be measured.
        var given = context.Request.Headers.Authorization.ToString();
        var token = given.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? given[Bearer.Length..].Trim() : "";
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(token)), _tokenHash)
            ? null
            : PublishResult.Refused("unauthorized", "Authorization: Bearer with the token of WS_PUBLISH_TOKEN is needed");
    }

    private bool TryReadChannel(HttpContext context, out string channel, out string problem)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        channel = "";

        // The router has seen the path decoded and without dots; the channel is taken from what was sent, so that both must agree.
        var raw = UrlText.PathOf(target);
        problem = $"the path must be written {Path} and the channel, without escapes or dots before it";
        if (!raw.StartsWith(Path, StringComparison.Ordinal)) return false;
        problem = "the channel's escapes are no UTF-8 text";
        if (!UrlText.TryDecode(raw[Path.Length..], out channel)) return false;

        problem = ChannelName.Classify(channel, _maxChannelLength) switch
        {
            NameKind.Channel => "",
            NameKind.Pattern => "a pattern is no channel: * and > can't be published to",
            NameKind.EmptyToken => "the channel has an empty token",
            NameKind.TooLong => $"the channel is longer than {_maxChannelLength} bytes",
            NameKind.TailNotLast => "> can't be published to",
            _ => "the channel has a control character or white space",
        };
        return problem.Length == 0;
    }

    private PublishResult? TooLarge(long bytes)
    {
        if (bytes > _options.MaxBytes) return PublishResult.Refused("too_large", $"the payload is larger than {_options.MaxBytes} bytes (WS_PUBLISH_MAX_BYTES)");
        return bytes > _state.Source.MaxPayload
            ? PublishResult.Refused("too_large", $"the payload is larger than the {_state.Source.MaxPayload} bytes that the broker takes")
            : null;
    }
}
