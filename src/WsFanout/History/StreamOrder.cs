using WsFanout.Messages;

namespace WsFanout.History;

/// <summary>Held messages of all channels in stream order: a list through the messages themselves, so leaving from the middle is cheap.</summary>
/// <remarks>The intake only.</remarks>
internal sealed class StreamOrder
{
    private Message? _last;

    /// <summary>The longest held.</summary>
    public Message? First { get; private set; }

    public void Append(Message message)
    {
        message.PreviousInStream = _last;
        if (_last is null) First = message;
        else _last.NextInStream = message;
        _last = message;
    }

    public void Remove(Message message)
    {
        if (message.PreviousInStream is { } before) before.NextInStream = message.NextInStream;
        else First = message.NextInStream;
        if (message.NextInStream is { } after) after.PreviousInStream = message.PreviousInStream;
        else _last = message.PreviousInStream;
        message.PreviousInStream = message.NextInStream = null;
    }
}
