using System.Text;
using WsFanout.Messages;

namespace WsFanout.Clients;

/// <summary>Messages that left a full send queue, neighbours of each other: the one <c>gap</c> that stands in their place, and grows with them.</summary>
/// <remarks>The owning worker only.</remarks>
/// <param name="from">Sequence number of the first.</param>
internal sealed class SlowGap(long from)
{
    private readonly long _from = from;

    private Frame? _frame;

    /// <summary>Last sequence number that is missing.</summary>
    public long To { get; private set; } = from;

    /// <summary>The frame as the gap is now. It may concern any of the client's channels, so it names none.</summary>
    public Frame Frame => _frame ??= Frame.Text(Encoding.UTF8.GetBytes($$"""{"type":"gap","from":{{_from}},"to":{{To}},"reason":"slow"}"""));

    /// <summary>The next message has left too.</summary>
    public void GrowTo(long sequence)
    {
        To = sequence;
        _frame = null;
    }
}
