namespace WsFanout.Messages;

/// <summary>A message of the History on its way to a client that missed it: the same bytes, and no delivery whose time says anything of the server.</summary>
internal sealed class ReplayedMessage(Message message) : Frame(message.Bytes, message.HeaderLength)
{
    /// <summary>Of the message. The stream's.</summary>
    public long Sequence { get; } = message.Sequence;
}
