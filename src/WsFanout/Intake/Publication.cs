namespace WsFanout.Intake;

/// <summary>One publish request on its way to the loop of the built-in source. Either the loop claims it and stores it, or the request gives it up: never both.</summary>
/// <remarks>Any thread.</remarks>
internal sealed class Publication(byte[] subject, ReadOnlyMemory<byte> payload)
{
    private readonly TaskCompletionSource<long> _stored = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Interlocked.
    private int _settled;

    public byte[] Subject { get; } = subject;

    public ReadOnlyMemory<byte> Payload { get; } = payload;

    /// <summary>When its turn came. Ticks; whoever claims it sets it, before the answer.</summary>
    public long ClaimedAt { get; set; }

    /// <summary>Its sequence number; 0 when it was refused; cancelled when it was given up.</summary>
    public Task<long> Stored => _stored.Task;

    /// <returns>False when it was given up: it must not be stored any more.</returns>
    public bool TryClaim() => Interlocked.CompareExchange(ref _settled, 1, 0) == 0;

    /// <summary>Changes nothing once it is claimed: then the answer is that it is stored.</summary>
    public void GiveUp()
    {
        if (TryClaim()) _stored.TrySetCanceled();
    }

    /// <summary>Nothing will store it any more.</summary>
    public void Refuse()
    {
        if (TryClaim()) _stored.TrySetResult(0);
    }

    public void StoredAs(long sequence) => _stored.TrySetResult(sequence);
}
