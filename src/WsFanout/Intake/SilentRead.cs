namespace WsFanout.Intake;

/// <summary>What became of the look for channels that have been silent for longer than the replay window.</summary>
/// <param name="Messages">Read, one for each such subject of the stream.</param>
/// <param name="Problem">Why none is held; null when there was no problem.</param>
internal readonly record struct SilentRead(long Messages, string? Problem);
