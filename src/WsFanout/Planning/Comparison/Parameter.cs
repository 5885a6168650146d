namespace WsFanout.Planning.Comparison;

/// <summary>One parameter of a guide and what it is here.</summary>
/// <param name="Theirs">Its name there.</param>
/// <param name="Ours">Our settings; empty: there is none.</param>
/// <param name="Why">How they compare, or why there is none.</param>
internal sealed record Parameter(string Theirs, string Ours, string Why);
