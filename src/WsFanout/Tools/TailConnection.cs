using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;

namespace WsFanout.Tools;

/// <summary>One connection of <c>wsfanout tail</c>: handshake, subscription, frames until the end.</summary>
internal sealed class TailConnection(TailOptions options, ClientPosition position, TailPrinter printer, TimeProvider time)
{
    private const string Subprotocol = "wsfanout.v1";

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private readonly TailFrames _frames = new(options, position, printer);

    /// <summary>Runs the connection to its end.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> asked for it.</exception>
    /// <exception cref="OutputLostException">Nobody reads the output, or it can't be written.</exception>
    public async Task<ConnectionEnd> RunAsync(CancellationToken stop)
    {
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(Subprotocol);
        if (options.Token is { Length: > 0 } token) socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(15);
        socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(15);

        position.Connecting(options.Channels);

        // Until the subscription stands, silence is an answer too.
        using var answered = new CancellationTokenSource(AnswerWithin, time);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stop, answered.Token);
        try
        {
            if (await ConnectAsync(socket, waiting.Token) is { } refused) return refused;
            return await ReceiveAsync(socket, waiting.Token, stop);
        }
        catch (OperationCanceledException) when (answered.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            return new ConnectionEnd($"{options.Endpoint}: no {_frames.WaitsFor} within {AnswerWithin.TotalSeconds:0} s");
        }
        catch (WebSocketException broken)
        {
            return _frames.Goodbye ?? new ConnectionEnd($"connection lost: {broken.Message}");
        }
        catch (JsonException)
        {
            return new ConnectionEnd($"{options.Endpoint}: sent a frame that is not of this protocol", Final: true);
        }
        finally
        {
            await LeaveAsync(socket);
        }
    }

    /// <summary>With the position, when there is one: while not everybody can be let in at once, who was here before goes first.</summary>
    private Uri Address()
    {
        if (position.Resume is not { } point) return options.Endpoint;
        var resume = string.Create(CultureInfo.InvariantCulture, $"since={point.Since}&epoch={Uri.EscapeDataString(point.Epoch)}&at={point.At}");
        var before = options.Endpoint.Query;
        return new UriBuilder(options.Endpoint) { Query = before.Length > 1 ? $"{before}&{resume}" : resume }.Uri;
    }

    private async Task<ConnectionEnd?> ConnectAsync(ClientWebSocket socket, CancellationToken waiting)
    {
        using var capture = new RefusalCapture();
        using var http = new HttpMessageInvoker(capture, disposeHandler: false);
        try
        {
            await socket.ConnectAsync(Address(), http, waiting);
            return null;
        }
        catch (WebSocketException failure)
        {
            if (capture.Refusal is { } refusal)
                return new ConnectionEnd($"{options.Endpoint}: refused: {refusal}", Final: !refusal.IsTemporary, refusal.RetryAfter);
            var cause = failure.GetBaseException().Message;
            return new ConnectionEnd($"{options.Endpoint}: does not answer: {cause}");
        }
    }

    private async Task<ConnectionEnd> ReceiveAsync(ClientWebSocket socket, CancellationToken waiting, CancellationToken stop)
    {
        var reader = new FrameReader(socket);
        while (true)
        {
            var frame = await reader.ReadAsync(_frames.Subscribed ? stop : waiting);
            if (frame.IsEmpty) return End(socket);

            using var json = JsonDocument.Parse(frame);
            var answer = _frames.Take(json.RootElement);
            if (_frames.Refused is { } refused) return refused;
            if (answer is not null) await socket.SendAsync(answer.Value, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, waiting);
        }
    }

    private ConnectionEnd End(ClientWebSocket socket)
    {
        var code = (int?)socket.CloseStatus ?? 0;
        if (code == 0) return _frames.Goodbye ?? new ConnectionEnd("the server closed the connection");

        var reason = string.IsNullOrEmpty(socket.CloseStatusDescription) ? "" : $" ({socket.CloseStatusDescription})";
        return new ConnectionEnd($"closed: {CloseCode.Describe(code)}{reason}", CloseCode.IsFinal(code), _frames.Goodbye?.RetryAfter);
    }

    private async Task LeaveAsync(ClientWebSocket socket)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived)) return;

        using var patience = new CancellationTokenSource(Farewell, time);
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // The goodbye is a courtesy; the connection is released in any case.
        }
    }
}
