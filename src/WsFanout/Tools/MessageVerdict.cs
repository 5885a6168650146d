namespace WsFanout.Tools;

/// <summary>What a message's numbers say about it.</summary>
internal enum MessageVerdict
{
    /// <summary>New, and nothing before it is known to be missing.</summary>
    New,

    /// <summary>New, but <c>prev</c> names a message that never came and that no gap covers.</summary>
    NewAfterLoss,

    /// <summary>At or below the last one of its channel: to be dropped.</summary>
    Duplicate,

    /// <summary>Asked for by <c>replay</c>: it may be known, and moves nothing.</summary>
    Replayed,
}
