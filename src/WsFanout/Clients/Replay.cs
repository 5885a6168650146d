using WsFanout.Messages;

namespace WsFanout.Clients;

/// <summary>
/// One entry of a send queue that becomes frames as the socket takes them: what a client missed, read from the History step by step. It holds
/// no messages but the few that are ready.
/// </summary>
/// <remarks>The owning worker only.</remarks>
/// <param name="steps">Frames in their order; null: it has looked at enough for one turn.</param>
/// <param name="isLookBack">Whether it answers a <c>replay</c>, of which there is one at a time.</param>
internal sealed class Replay(IEnumerator<Frame?> steps, bool isLookBack)
{
    /// <inheritdoc cref="Replay(IEnumerator{Frame?}, bool)"/>
    public bool IsLookBack => isLookBack;

    /// <summary>Whether everything is ready that will ever be.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Frames that can be taken. The queue that it stands in takes them.</summary>
    public Queue<Frame> Ready { get; } = new();

    /// <summary>Makes frames ready, until they make a batch or enough has been looked at for one turn.</summary>
    /// <param name="batchBytes">Bytes of a batch; the last frame may exceed them.</param>
    public void Advance(int batchBytes)
    {
        for (var bytes = 0; bytes < batchBytes;)
        {
            if (!steps.MoveNext())
            {
                IsOver = true;
                steps.Dispose();
                return;
            }

            if (steps.Current is not { } frame) return;
            bytes += frame.Length;
            Ready.Enqueue(frame);
        }
    }
}
