namespace WsFanout.Tools;

/// <summary>Why one connection of a tool ended, and what follows.</summary>
/// <param name="Reason">A sentence's beginning for people.</param>
/// <param name="Final">True when coming back makes no sense.</param>
/// <param name="RetryAfter">When the server wants the client back; obeyed to the letter.</param>
internal sealed record ConnectionEnd(string Reason, bool Final = false, TimeSpan? RetryAfter = null);
