using WsFanout.Messages;

namespace WsFanout.Clients;

/// <summary>What waits in one queue, counted, and held against its bounds.</summary>
/// <param name="maxMessages">Messages of the stream.</param>
/// <param name="maxBytes">Bytes of messages and answers, and once more of answers alone.</param>
/// <param name="overdraft">What may wait beyond that; null: nothing.</param>
internal struct QueueLoad(int maxMessages, long maxBytes, Overdraft? overdraft)
{
    /// <summary>What an answer counts among the answers at least: an object, its frame, its place. Bytes.</summary>
    public const int LeastAnswerBytes = 128;

    private long _messageBytes;
    private long _answerBytes;

    // Answers as long as they are.
    private long _otherBytes;

    /// <summary>Messages of the stream.</summary>
    public int Messages { get; private set; }

    /// <summary>Unfinished replays.</summary>
    public int Replays { get; private set; }

    /// <summary>Those among them that answer a <c>replay</c>.</summary>
    public int LookBacks { get; private set; }

    /// <summary>Bytes, those of replays not counted.</summary>
    public readonly long Bytes => _messageBytes + _otherBytes;

    /// <summary>Whether more messages wait than the bounds allow.</summary>
    public readonly bool IsOverdrawn => Messages > maxMessages || (_messageBytes > maxBytes && Messages > 1);

    /// <summary>Whether one more message may wait beyond the bounds.</summary>
    public readonly bool MayOverdraw => overdraft is { HasRoom: true };

    /// <summary>Whether a message is within the bounds. Where nothing waits, any is.</summary>
    public readonly bool Fits(Message message) => Bytes == 0 || (Messages < maxMessages && Bytes + message.Length <= maxBytes);

    /// <summary>Whether an answer is within the bounds.</summary>
    public readonly bool FitsAnswer(int bytes) => _answerBytes + Math.Max(bytes, LeastAnswerBytes) <= maxBytes;

    public void Add(object entry) => Charge(entry, 1);

    public void Remove(object entry) => Charge(entry, -1);

    /// <summary>Nothing waits any more.</summary>
    public void Clear()
    {
        overdraft?.Change(-Math.Max(0, Messages - maxMessages));
        this = new QueueLoad(maxMessages, maxBytes, overdraft);
    }

    /// <param name="entry">Message, answer, replay; a gap in the place of messages costs nothing.</param>
    private void Charge(object entry, int sign)
    {
        switch (entry)
        {
            case Message message:
                if (sign > 0 ? Messages >= maxMessages : Messages > maxMessages) overdraft?.Change(sign);
                Messages += sign;
                _messageBytes += sign * message.Length;
                break;
            case Frame answer:
                _otherBytes += sign * answer.Length;
                _answerBytes += sign * Math.Max(answer.Length, LeastAnswerBytes);
                break;
            case Replay replay:
                Replays += sign;
                LookBacks += replay.IsLookBack ? sign : 0;
                _answerBytes += sign * SendQueue.ReplayBytes;
                break;
        }
    }
}
