using System.Globalization;
using System.Security.Cryptography;
using WsFanout.Nats;

namespace WsFanout.Intake;

/// <summary>Makes this server's consumers on the stream and removes them, also those of which only the name is known.</summary>
/// <remarks>The intake only.</remarks>
internal sealed partial class StreamConsumers(NatsConnection connection, StreamOptions options, ILogger<StreamConsumers> logger)
{
    /// <summary>The broker forgets a consumer that nobody pulls from for this long; longer than any pause should be.</summary>
    private static readonly TimeSpan Inactivity = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan DeleteTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Names kept of consumers that may be left behind; above, they go by themselves.</summary>
    private const int MostLeftBehind = 16;

    private readonly NatsJSContext _js = new(connection);

    // Made, perhaps, with an answer that never came; or used, and the connection was gone when they were to be deleted.
    private readonly Queue<string> _leftBehind = new();

    private int _serial;

    /// <summary>A consumer of the whole stream, one message after the other, nothing to acknowledge.</summary>
    /// <param name="start">Where it starts: the policy and its number, time or subjects, nothing else.</param>
    /// <param name="timeout">For the broker to make it; zero is as for any request.</param>
    /// <exception cref="NatsException">The broker did not answer or refused; perhaps it was made all the same, then it is deleted later.</exception>
    public async Task<PullConsumer> CreateAsync(ConsumerConfig start, TimeSpan timeout = default, CancellationToken cancellationToken = default)
    {
        // Before the new one: where few consumers are allowed, old ones may take its place.
        await DeleteLeftBehindAsync(cancellationToken);

        // Random, not only counted: two processes may have been given the same instance, and one's consumer must never be taken for the other's.
        var name = string.Create(CultureInfo.InvariantCulture, $"{options.ConsumerPrefix}_{options.InstanceId}_{++_serial}_{RandomNumberGenerator.GetHexString(6, lowercase: true)}");

        // Two pulls of a batch may be open at once; each may be answered by status frames as well.
        var inbox = connection.Subscribe(connection.NewInbox(), (options.PullBatch * 2) + 64);
        try
        {
            var made = await _js.CreateConsumerAsync(options.StreamName, Complete(start, name), timeout, cancellationToken);
            return new PullConsumer(name, inbox, made.Delivered.StreamSeq + 1);
        }
        catch
        {
            // Perhaps it was made: now if that can be said, else once the broker answers again.
            inbox.Dispose();
            LeftBehind(name);
            throw;
        }
    }

    /// <summary>Removes a consumer that is no longer used; it would go by itself, only later. Best effort, whatever the caller was told meanwhile.</summary>
    public Task DeleteAsync(PullConsumer consumer)
    {
        consumer.Inbox.Dispose();
        return DeleteAsync(consumer.Name, CancellationToken.None);
    }

    private static ConsumerConfig Complete(ConsumerConfig start, string name) => start with
    {
        Name = name,
        AckPolicy = ConsumerConfigAckPolicy.None,
        ReplayPolicy = ConsumerConfigReplayPolicy.Instant,
        InactiveThreshold = Inactivity,
        NumReplicas = 1,
        MemStorage = true,
    };

    /// <summary>Removes consumers that an attach which was broken off may have left; those that can't be removed now go by themselves, later.</summary>
    public async Task DeleteLeftBehindAsync(CancellationToken cancellationToken)
    {
        // Who doesn't answer for one won't for the others.
        for (var left = _leftBehind.Count; left > 0; left--)
        {
            if (!await DeleteAsync(_leftBehind.Dequeue(), cancellationToken)) return;
        }
    }

    /// <returns>False when it is to be tried again.</returns>
    private async Task<bool> DeleteAsync(string consumer, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(DeleteTimeout);
        try
        {
            await _js.DeleteConsumerAsync(options.StreamName, consumer, limit.Token);
            return true;
        }
        catch (Exception gone) when (gone is NatsException or OperationCanceledException)
        {
            LogNotDeleted(consumer, gone.Message);
            var isOver = gone is NatsJSApiException or NatsPermissionException;
            if (!isOver) LeftBehind(consumer);
            return isOver;
        }
    }

    private void LeftBehind(string consumer)
    {
        if (_leftBehind.Count == MostLeftBehind) _leftBehind.Dequeue();
        _leftBehind.Enqueue(consumer);
    }

    [LoggerMessage(LogLevel.Debug, "Consumer {Consumer} was not deleted: {Problem}")]
    private partial void LogNotDeleted(string consumer, string problem);
}
