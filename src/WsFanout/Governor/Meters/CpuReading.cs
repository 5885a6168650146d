namespace WsFanout.Governor.Meters;

/// <summary>What one look at a counter of CPU time gave.</summary>
/// <param name="Cores">Cores used since the look before; null when the two can't be compared.</param>
/// <param name="Elapsed">Time since the look before.</param>
/// <param name="IsError">The counter could not be read, or it had gone backwards.</param>
internal readonly record struct CpuReading(double? Cores, TimeSpan Elapsed, bool IsError);
