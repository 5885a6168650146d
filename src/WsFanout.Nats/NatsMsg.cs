using System.Buffers;
using System.Text;
using WsFanout.Nats.Protocol;

namespace WsFanout.Nats;

/// <summary>
/// One received message. Subject, reply, headers and payload lie in one rented array, its home; <see cref="Dispose"/> gives it back.
/// </summary>
/// <remarks>
/// A copy of the struct shares the home. The last holder disposes exactly one copy, exactly once, and nobody may touch a span or
/// memory of the message after that. A message that is never disposed costs the pool an array and nothing else.
/// </remarks>
public readonly struct NatsMsg : IDisposable
{
    private readonly byte[]? _home;
    private readonly int _subject, _reply, _headers, _payload;

    internal NatsMsg(in Frame frame)
    {
        _subject = frame.Subject.Length;
        _reply = frame.ReplyTo.Length;
        _headers = frame.Headers.Length;
        _payload = frame.Payload.Length;
        _home = ArrayPool<byte>.Shared.Rent(_subject + _reply + _headers + _payload);
        var rest = _home.AsSpan();
        frame.Subject.CopyTo(rest);
        frame.ReplyTo.CopyTo(rest = rest[_subject..]);
        frame.Headers.CopyTo(rest = rest[_reply..]);
        frame.Payload.CopyTo(rest[_headers..]);
    }

    public ReadOnlySpan<byte> Subject => _home.AsSpan(0, _subject);

    /// <summary>Empty when the message has none. For a message of a consumer: its metadata, see <see cref="NatsJSMsgMetadata"/>.</summary>
    public ReadOnlySpan<byte> ReplyTo => _home.AsSpan(_subject, _reply);

    /// <summary>From <c>NATS/1.0</c> to the blank line; empty without headers.</summary>
    public ReadOnlySpan<byte> HeaderBlock => _home.AsSpan(_subject + _reply, _headers);

    public ReadOnlySpan<byte> Payload => PayloadMemory.Span;

    public ReadOnlyMemory<byte> PayloadMemory => _home.AsMemory(_subject + _reply + _headers, _payload);

    /// <summary>
    /// Code of a status message, as 100, 404, 408, 409, 503; 0 for an ordinary one. A message with a payload is never a status, nor is one with
    /// a user header of that name.
    /// </summary>
    public int StatusCode => _payload == 0 && _headers != 0 ? HeaderBlocks.StatusOf(HeaderBlock, out _) : 0;

    /// <summary>Words behind the code, perhaps none. Allocates.</summary>
    public string StatusText
    {
        get
        {
            HeaderBlocks.StatusOf(HeaderBlock, out var text);
            return Encoding.UTF8.GetString(text);
        }
    }

    /// <summary>First header of that name; names are case-sensitive.</summary>
    public bool TryGetHeader(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) => HeaderBlocks.TryGet(HeaderBlock, name, out value);

    public void Dispose()
    {
        if (_home is not null)
        {
            ArrayPool<byte>.Shared.Return(_home);
        }
    }
}
