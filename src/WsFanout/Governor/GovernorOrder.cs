namespace WsFanout.Governor;

/// <summary>What is to be done, beside letting nobody in and asking for nothing.</summary>
/// <param name="ShedShare">Part of the clients to be closed, 0 … 1.</param>
/// <param name="Collect">Whether garbage is to be given back to the system before the next reading.</param>
internal readonly record struct GovernorOrder(double ShedShare, bool Collect);
