namespace WsFanout.Nats;

/// <summary>Body of <c>STREAM.MSG.DELETE</c>.</summary>
internal sealed record MsgRequest(long Seq);
