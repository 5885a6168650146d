namespace WsFanout.Nats;

/// <summary>Answer of <c>STREAM.MSG.GET</c>.</summary>
internal sealed record MsgGetResponse(MsgGetBody? Message);
