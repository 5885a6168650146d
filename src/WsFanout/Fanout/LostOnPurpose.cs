using System.Numerics;

namespace WsFanout.Fanout;

/// <summary>Takes one delivery in so many away and tells nobody, so that whoever checks a server can prove that losses are seen (<c>WS_TEST_DROP_ONE_IN</c>).</summary>
/// <remarks>The worker's thread only.</remarks>
internal sealed class LostOnPurpose(long oneIn)
{
    private long _count;

    /// <param name="due">What a client is owed of a batch, a bit each.</param>
    /// <returns>What it is given.</returns>
    public ulong Keep(ulong due)
    {
        var kept = due;
        for (var left = due; left != 0; left &= left - 1)
        {
            if (++_count % oneIn != 0) continue;
            kept ^= 1UL << BitOperations.TrailingZeroCount(left);
        }

        return kept;
    }
}
