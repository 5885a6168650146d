namespace WsFanout.Nats;

/// <summary>A stored message as JSON; headers and data are base64.</summary>
internal sealed record MsgGetBody(string Subject, long Seq, byte[]? Hdrs, byte[]? Data, string Time);
