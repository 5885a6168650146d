namespace WsFanout.Tools;

/// <summary>Where a client has come to in a stream: what it says when it comes back. <c>At</c> is the stream's time at <c>Since</c>, Unix milliseconds.</summary>
internal sealed record ResumePoint(long Since, string Epoch, long At);
