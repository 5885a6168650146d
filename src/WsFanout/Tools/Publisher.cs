using System.Net;
using System.Net.Http.Headers;

namespace WsFanout.Tools;

/// <summary>Publishes over <c>POST /publish/{channel}</c>. Expected endings are values, never exceptions.</summary>
internal sealed class Publisher : IDisposable
{
    private static readonly MediaTypeHeaderValue Octets = new("application/octet-stream");

    private readonly Uri _server;
    private readonly HttpClient _http;

    /// <summary>Publishes to <paramref name="server"/>, with <paramref name="token"/> as bearer token when there is one; <paramref name="answerWithin"/> bounds one message.</summary>
    public Publisher(Uri server, string? token, TimeSpan answerWithin)
    {
        _server = server;
        _http = ToolHttp.Client(answerWithin);
        if (!string.IsNullOrEmpty(token)) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Publishes one message and waits until it is stored, refused or out of time.</summary>
    public async Task<PublishOutcome> PublishAsync(string channel, ReadOnlyMemory<byte> payload, CancellationToken stop)
    {
        using var content = new ReadOnlyMemoryContent(payload);
        content.Headers.ContentType = Octets;
        try
        {
            using var response = await _http.PostAsync(ServerUrl.At(_server, "/publish/" + Uri.EscapeDataString(channel)), content, stop);
            return response.StatusCode == HttpStatusCode.OK
                ? new PublishOutcome { Stored = OneLine.Of((await response.Content.ReadAsStringAsync(stop)).Trim()) }
                : new PublishOutcome { Refused = await Refusal.ReadAsync(response, stop) };
        }
        catch (HttpRequestException failure)
        {
            return new PublishOutcome { Unreachable = failure.InnerException?.Message ?? failure.Message };
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new PublishOutcome { Unreachable = $"no answer within {_http.Timeout.TotalSeconds:0} s" };
        }
    }

    public void Dispose() => _http.Dispose();
}
