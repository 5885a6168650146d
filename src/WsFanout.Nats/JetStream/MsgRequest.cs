namespace WsFanout.Nats;

/// <summary>Body of <c>STREAM.MSG.GET</c> and <c>STREAM.MSG.DELETE</c>.</summary>
/// <param name="NextBySubj">To get the first message at or above <paramref name="Seq"/> that matches; null: exactly that one.</param>
internal sealed record MsgRequest(long Seq, string? NextBySubj = null);
