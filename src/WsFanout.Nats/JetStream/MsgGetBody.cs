namespace WsFanout.Nats;

/// <summary>A stored message as JSON; headers and data are base64.</summary>
internal sealed record MsgGetBody
{
    public string Subject { get; init; } = "";

    public long Seq { get; init; }

    public byte[]? Hdrs { get; init; }

    public byte[]? Data { get; init; }

    public string Time { get; init; } = "";
}
