namespace WsFanout.Messages;

/// <summary>What a name turned out to be: a channel, a pattern, or why it is neither.</summary>
internal enum NameKind
{
    /// <summary>One channel.</summary>
    Channel,

    /// <summary>Has a <c>*</c> token or ends in <c>&gt;</c>.</summary>
    Pattern,

    /// <summary>Nothing at all, or nothing between two dots.</summary>
    EmptyToken,

    /// <summary>More bytes than allowed.</summary>
    TooLong,

    /// <summary>A control character, white space, or bytes that are not UTF-8.</summary>
    BadCharacter,

    /// <summary>A <c>&gt;</c> token that is not the last.</summary>
    TailNotLast,
}
