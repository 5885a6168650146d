using WsFanout.Messages;

namespace WsFanout.Clients;

/// <summary>
/// Why a connection ends: one catalogue for the close frame, the log and the metric. 41xx come back after a pause, 42xx come back at
/// <c>retry_ms</c>, 45xx don't come back.
/// </summary>
/// <param name="Code">Close code of RFC 6455; 1006 is never sent and stands for a connection that broke.</param>
/// <param name="Name">Text of the close frame and of <c>bye</c>.</param>
/// <param name="Label">Value of the metric's label <c>reason</c>.</param>
internal sealed record CloseReason(int Code, string Name, string Label)
{
    public static readonly CloseReason ClientLeft = new(1000, "client left", "client_left");
    public static readonly CloseReason ProtocolError = new(1002, "protocol error", "protocol_error");
    public static readonly CloseReason BinaryFrame = new(1003, "binary frame", "binary_frame");
    public static readonly CloseReason ConnectionLost = new(1006, "connection lost", "connection_lost");
    public static readonly CloseReason InvalidUtf8 = new(1007, "invalid UTF-8", "invalid_utf8");
    public static readonly CloseReason MessageTooBig = new(1009, "message too big", "message_too_big");
    public static readonly CloseReason Shed = new(4100, "overloaded", "shed");
    public static readonly CloseReason SlowClient = new(4101, "slow client", "slow_client");
    public static readonly CloseReason NoLifeSign = new(4102, "no life sign", "no_life_sign");
    public static readonly CloseReason RateExceeded = new(4103, "message rate exceeded", "rate_exceeded");
    public static readonly CloseReason ServerFault = new(4104, "server fault", "server_fault");
    public static readonly CloseReason TokenExpired = new(4110, "token expired", "token_expired");
    public static readonly CloseReason Draining = new(4200, "draining", "draining");
    public static readonly CloseReason ConnectionAge = new(4201, "connection age", "connection_age");
    public static readonly CloseReason Unauthorized = new(4500, "unauthorized", "unauthorized");
    public static readonly CloseReason Forbidden = new(4501, "forbidden", "forbidden");
    public static readonly CloseReason BadRequests = new(4502, "too many bad requests", "bad_requests");

    /// <summary>The whole catalogue.</summary>
    public static readonly IReadOnlyList<CloseReason> All =
    [
        ClientLeft, ProtocolError, BinaryFrame, ConnectionLost, InvalidUtf8, MessageTooBig, Shed, SlowClient, NoLifeSign, RateExceeded,
        ServerFault, TokenExpired, Draining, ConnectionAge, Unauthorized, Forbidden, BadRequests,
    ];

    /// <summary>Why messages that still were owed are lost, the metric's label: <c>slow</c>, <c>closed</c> by the server for another reason, <c>disconnected</c> by the client or the network.</summary>
    public string DropLabel => this == SlowClient ? "slow" : Code >= 4100 ? "closed" : "disconnected";

    /// <summary>Whether the client broke the rules of the wire: nothing that follows from it can be read.</summary>
    public bool IsOfTheWire => Code is > 1000 and < 3000;

    /// <summary>The close frame that says so.</summary>
    public Frame Frame { get; } = CloseFrame.Of(Code, Name);

    /// <summary>Whether a <c>bye</c> frame goes before the close frame, where the socket still takes one.</summary>
    public bool SaysBye => Code is >= 4100 and < 4300;

    /// <summary>What becomes of what already waits for the client.</summary>
    public Waiting Waiting => Code switch
    {
        1002 or 1007 => Waiting.SentAtOnce,
        (>= 4100 and < 4200) or >= 4500 => Waiting.Dropped,
        _ => Waiting.Sent,
    };
}
