namespace WsFanout.Hosting.Settings.Derivation;

/// <summary>A value that was worked out, and how, with its numbers.</summary>
internal readonly record struct Derived<T>(T Value, string Formula);
