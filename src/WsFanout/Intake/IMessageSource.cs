namespace WsFanout.Intake;

/// <summary>Where messages come from, and where published ones go: the stream of a broker, or the built-in one.</summary>
internal interface IMessageSource : IAsyncDisposable
{
    /// <summary>Whether messages flow, and if not, why. Any thread.</summary>
    IntakeState State { get; }

    /// <summary>Time until messages are lost that have not been read; infinite when all have been, or none are ever lost. Seconds; any thread.</summary>
    double HeadroomSeconds { get; }

    /// <summary>Messages of the stream that have not been read, as it was seen last; 0 before. Any thread.</summary>
    long UnreadMessages { get; }

    /// <summary>Whether more waits unread than is asked for at a time: what comes now is a backlog. Any thread.</summary>
    bool IsBehind { get; }

    /// <summary>Largest payload that the source takes. Bytes.</summary>
    long MaxPayload { get; }

    /// <summary>Takes messages in until told to stop. One call; the only writer of History and ring.</summary>
    Task RunAsync(CancellationToken stopping);

    /// <summary>Stores a message in the stream if nothing has to be waited for. Any thread; any number at a time.</summary>
    /// <param name="channel">A legal channel name.</param>
    /// <returns>Null when it has to wait: then <see cref="PublishAsync"/> is to be called.</returns>
    PublishResult? TryPublish(string channel, ReadOnlyMemory<byte> payload);

    /// <summary>Stores a message in the stream. Any thread; any number at a time.</summary>
    /// <param name="channel">A legal channel name.</param>
    /// <param name="payload">Not used any more once the task has ended.</param>
    Task<PublishResult> PublishAsync(string channel, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);
}
