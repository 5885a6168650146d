namespace WsFanout.Governor.Entry;

/// <summary>What is known of somebody who wants in.</summary>
/// <param name="Address">Whose connections it counts with; null where nobody counts.</param>
/// <param name="IsResuming">Whether it was here before, by the position it shows: it misses messages until it is back, and goes before others.</param>
internal readonly record struct Newcomer(AddressKey? Address, bool IsResuming);
