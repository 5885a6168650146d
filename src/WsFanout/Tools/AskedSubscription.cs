namespace WsFanout.Tools;

/// <summary>A <c>subscribe</c> as it went out: its names, and where it resumes when it does.</summary>
internal sealed record AskedSubscription(IReadOnlyList<string> Names, ResumePoint? From = null);
