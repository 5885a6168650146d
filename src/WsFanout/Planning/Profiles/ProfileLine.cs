using WsFanout.Hosting.Settings;

namespace WsFanout.Planning.Profiles;

/// <summary>One setting of a profile.</summary>
/// <param name="Setting">Which.</param>
/// <param name="Value">In its grammar.</param>
/// <param name="From">The lines it comes from, in their own words, or why it is there without one.</param>
internal sealed record ProfileLine(Setting Setting, string Value, string From);
