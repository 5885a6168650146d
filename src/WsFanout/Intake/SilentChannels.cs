using System.Globalization;
using WsFanout.Messages;
using WsFanout.Nats;

namespace WsFanout.Intake;

/// <summary>
/// Reads the newest message of each channel that lies before the replay window, so that a server that has just started shows the same as
/// `last` as one that has run for long. Sits in the refill, between its beginning and the window.
/// </summary>
/// <remarks>
/// The intake only. All or nothing: what can't be read ends neither the refill nor the start. Every subject of the stream is read once, the
/// longest silent first; the History keeps those that fit.
/// </remarks>
internal sealed class SilentChannels(ReadingParts parts, StreamConsumers consumers, StreamLedger ledger)
{
    /// <summary>For the consumer to be made: the broker first lists the subjects, 0.4 to 0.6 s for 300,000 where it was measured.</summary>
    private static readonly TimeSpan MadeWithin = TimeSpan.FromSeconds(10);

    /// <summary>For all of it. Nobody is let in meanwhile, and the window's consumer waits.</summary>
    private static readonly TimeSpan DoneWithin = TimeSpan.FromSeconds(30);

    private readonly NatsConnection _connection = parts.Js.Connection;
    private readonly StreamOptions _options = parts.Context.Options;

    /// <summary>Fills the History, which has just begun above the floor, with what its silent channels had last.</summary>
    /// <param name="state">The stream's, no older than the floor.</param>
    /// <exception cref="NatsException">The connection was lost.</exception>
    public async Task<SilentRead> ReadAsync(Position floor, StreamState state, CancellationToken cancellationToken)
    {
        if (state.FirstSeq > floor.Sequence) return default;
        var connection = _connection.Generation;
        using var limit = new CancellationTokenSource(DoneWithin, parts.Context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        string problem;
        try
        {
            return new SilentRead(await ReadAsync(floor.Sequence, either.Token), null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            problem = string.Create(CultureInfo.InvariantCulture, $"they were not read within {DoneWithin.TotalSeconds} s");
        }
        catch (NatsException failed) when (_connection.ConnectionState == NatsConnectionState.Open && _connection.Generation == connection)
        {
            problem = failed.Message;
        }

        // Those that were read are the longest silent ones, of which the fewest are held in the end.
        ledger.BeginRefill(floor);
        return new SilentRead(0, problem);
    }

    private async Task<long> ReadAsync(long floor, CancellationToken cancellationToken)
    {
        // Brokers want to be told that all subjects are meant.
        var consumer = await consumers.CreateAsync(
            new ConsumerConfig { DeliverPolicy = ConsumerConfigDeliverPolicy.LastPerSubject, FilterSubject = ">" }, MadeWithin, cancellationToken);
        try
        {
            if (consumer.First > floor) return 0;
            var (count, first) = (0L, 0L);
            await new StoredReader(parts, consumer, consumer.First - 1, floor).ReadAsync(
                (message, metadata) =>
                {
                    ledger.RefillSilent(message.Subject, message.Payload, metadata.StreamSequence, metadata.TimestampNanos);
                    if (count++ == 0) first = metadata.StreamSequence;
                    return true;
                },
                cancellationToken);
            if (count > 0 && !await IsWholeAsync(first, cancellationToken)) ledger.DoubtSilent();
            return count;
        }
        finally
        {
            await consumers.DeleteAsync(consumer);
        }
    }

    /// <summary>
    /// Whether nothing was deleted out of the stream behind what was read first: else a channel may have had a later message, which clients were
    /// given and other servers know of.
    /// </summary>
    private async Task<bool> IsWholeAsync(long first, CancellationToken cancellationToken)
    {
        var state = (await parts.Js.GetStreamAsync(_options.StreamName, cancellationToken)).State;
        return state.FirstSeq <= first && state.LastSeq - state.FirstSeq + 1 == state.Messages;
    }
}
