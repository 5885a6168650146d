using WsFanout.Messages;

namespace WsFanout.History;

/// <summary>Messages past their age that stay as the newest of their channel, in stream order: a list through the messages themselves.</summary>
/// <remarks>The intake only.</remarks>
internal sealed class KeptMessages
{
    private Message? _last;

    /// <summary>The longest held.</summary>
    public Message? First { get; private set; }

    public void Append(Message message)
    {
        message.PreviousKept = _last;
        if (_last is null) First = message;
        else _last.NextKept = message;
        _last = message;
    }

    public void Remove(Message message)
    {
        if (message.PreviousKept is { } before) before.NextKept = message.NextKept;
        else First = message.NextKept;
        if (message.NextKept is { } after) after.PreviousKept = message.PreviousKept;
        else _last = message.PreviousKept;
        message.PreviousKept = message.NextKept = null;
    }
}
