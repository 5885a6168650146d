namespace WsFanout.Governor.Entry;

/// <summary>One refusal, as it is told to one client.</summary>
/// <param name="RetryAfterSeconds">When to come back, at least 1; 0 where that makes no sense.</param>
internal readonly record struct Refused(Refusal Why, int RetryAfterSeconds);
