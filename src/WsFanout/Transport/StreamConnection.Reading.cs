using System.Net.WebSockets;
using WsFanout.Clients;

namespace WsFanout.Transport;

/// <summary>The reader's part: whole messages to the worker's inbox, one at a time, until the connection has ended.</summary>
internal sealed partial class StreamConnection
{
    private async Task<CloseReason> ReadAsync()
    {
        var closing = false;
        try
        {
            while (true)
            {
                if (_receivedLength == _received.Length) Array.Resize(ref _received, Math.Min(_received.Length * 2, _maxMessageBytes + 1));
                var part = await _socket.ReceiveAsync(_received.AsMemory(_receivedLength), CancellationToken.None);
                if (part.MessageType == WebSocketMessageType.Close) return await AnswerCloseAsync();

                _receivedLength = closing ? 0 : _receivedLength + part.Count;
                if (part.EndOfMessage || _unfinishedSince == 0) Volatile.Write(ref _unfinishedSince, part.EndOfMessage ? 0 : _stream.LastReceivedAt);
                if (closing) continue;
                if (RuleBroken(part) is { } reason)
                {
                    // The worker closes; until the client does too, only the close frame matters.
                    closing = true;
                    _receivedLength = 0;
                    _inbox.Post(new TransportEvent(this, TransportEventKind.Violated, reason));
                }
                else if (part.EndOfMessage)
                {
                    IsBinary = part.MessageType == WebSocketMessageType.Binary;
                    _inbox.Post(new TransportEvent(this, TransportEventKind.Received));
                    await _toReader.WaitAsync();
                    if (_over) return CloseReason.ConnectionLost;
                    _receivedLength = 0;
                    if (_received.Length > KeptReceiveBytes) _received = new byte[FirstReceiveBytes];
                }
            }
        }
        catch (WebSocketException broken)
        {
            return ReasonOf(broken);
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            return CloseReason.ConnectionLost;
        }
    }

    private CloseReason? RuleBroken(in ValueWebSocketReceiveResult part)
    {
        if (part.MessageType == WebSocketMessageType.Binary && !_takesBinary) return CloseReason.BinaryFrame;
        return _receivedLength > _maxMessageBytes ? CloseReason.MessageTooBig : null;
    }

    /// <summary>The client's close frame is answered with its own code, behind whatever is being written.</summary>
    private async Task<CloseReason> AnswerCloseAsync()
    {
        if (_socket.State == WebSocketState.CloseReceived)
        {
            await _socket.CloseOutputAsync(_socket.CloseStatus ?? WebSocketCloseStatus.Empty, null, CancellationToken.None);
        }

        return CloseReason.ClientLeft;
    }

    /// <summary>The framework has told the client already, with the code of the rule that was broken.</summary>
    private CloseReason ReasonOf(WebSocketException broken) => broken.WebSocketErrorCode switch
    {
        WebSocketError.Faulted when _stream.CloseCodeSent == CloseReason.InvalidUtf8.Code => CloseReason.InvalidUtf8,
        WebSocketError.Faulted or WebSocketError.UnsupportedProtocol or WebSocketError.HeaderError => CloseReason.ProtocolError,
        _ => CloseReason.ConnectionLost,
    };
}
