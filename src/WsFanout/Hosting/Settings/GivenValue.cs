namespace WsFanout.Hosting.Settings;

/// <summary>The text that somebody gave for a setting, and where.</summary>
/// <param name="Text">As given, white space around it removed unless it is a secret.</param>
/// <param name="IsFromFile">Given by <c>NAME_FILE</c>: shown to nobody.</param>
internal sealed record GivenValue(string Text, bool IsFromFile);
