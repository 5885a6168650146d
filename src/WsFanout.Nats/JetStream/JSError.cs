namespace WsFanout.Nats;

/// <summary>The <c>error</c> of an answer.</summary>
internal sealed record JSError(int Code, int ErrCode, string? Description);
