using System.Net;

namespace WsFanout.Tools;

/// <summary>Keeps what the server answered to a handshake instead of 101: the framework's client only reports the status.</summary>
internal sealed class RefusalCapture() : DelegatingHandler(ToolHttp.Handler())
{
    // Set by the one handshake in flight, read after it failed.
    public Refusal? Refusal { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.SwitchingProtocols)
        {
            // A page of unbounded length is not worth waiting for: the reason of a refusal is short.
            await response.Content.LoadIntoBufferAsync(1 << 20, cancellationToken);
            Refusal = await Refusal.ReadAsync(response, cancellationToken);
        }
        return response;
    }
}
