namespace WsFanout.Clients;

/// <summary>Words of the <c>code</c> of an <c>error</c> frame.</summary>
internal static class ErrorCode
{
    public const string InvalidJson = "invalid_json";
    public const string InvalidRequest = "invalid_request";
    public const string UnknownType = "unknown_type";
    public const string InvalidChannel = "invalid_channel";
    public const string TooManyChannels = "too_many_channels";
    public const string Forbidden = "forbidden";
    public const string Unauthorized = "unauthorized";
    public const string RateLimited = "rate_limited";
    public const string ReplayBusy = "replay_busy";
    public const string Unavailable = "unavailable";
}
