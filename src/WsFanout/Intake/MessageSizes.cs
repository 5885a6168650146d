namespace WsFanout.Intake;

/// <summary>How large the stream's messages are: what a batch is judged by before it has come. Outlives consumers: a new one meets the same stream.</summary>
/// <remarks>The intake only.</remarks>
internal sealed class MessageSizes
{
    /// <summary>How fast the estimate falls after a large message: this part of the difference with each smaller one.</summary>
    private const int FallWeight = 64;

    /// <summary>Bytes to expect of a message. Follows a larger one at once, since a batch of those is what hurts, and falls slowly.</summary>
    public long Expected { get; private set; } = 512;

    public void Saw(int bytes) => Expected = Math.Max(1, bytes >= Expected ? bytes : Expected - Math.Max(1, (Expected - bytes) / FallWeight));
}
