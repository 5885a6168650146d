namespace WsFanout.Nats.Protocol;

internal enum FrameKind
{
    /// <summary><c>MSG</c> or <c>HMSG</c>.</summary>
    Msg,
    Info,
    Ping,
    Pong,
    Ok,
    Err,
}
