namespace WsFanout.Hosting.Settings;

/// <summary>One setting as it is in force.</summary>
/// <param name="Name">The variable.</param>
/// <param name="Value">In the variable's grammar; secrets masked; empty when there is none.</param>
/// <param name="Origin">Where it comes from.</param>
/// <param name="Formula">How a derived value was worked out, with its numbers.</param>
/// <param name="Meaning">What it does.</param>
internal sealed record EffectiveSetting(string Name, string Value, SettingOrigin Origin, string? Formula, string Meaning);
