using WsFanout.Intake;
using WsFanout.Messages;

namespace WsFanout.Hosting;

/// <summary>What the endpoints need to know of the server they belong to.</summary>
/// <remarks>Any thread reads; the server's own lifetime writes.</remarks>
internal sealed class ServerState(IMessageSource source, StreamLedger ledger, TimeProvider time)
{
    private volatile bool _isDraining;

    public IMessageSource Source { get; } = source;

    /// <summary>The last message taken in.</summary>
    public Position Position => ledger.Position;

    public TimeProvider Time { get; } = time;

    public long StartedAt { get; } = time.GetTimestamp();

    /// <summary>Whether the server has been told to stop: it is no longer ready, and takes no new clients.</summary>
    public bool IsDraining => _isDraining;

    public void BeginDraining() => _isDraining = true;
}
