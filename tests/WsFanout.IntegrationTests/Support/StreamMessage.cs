namespace WsFanout.IntegrationTests.Support;

/// <summary>A message as the stream itself says it stored it.</summary>
internal sealed record StreamMessage(long Sequence, string Channel);
