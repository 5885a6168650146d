using WsFanout.Nats;

namespace WsFanout.Planning.SystemCheck.Broker;

/// <summary>What the broker answered, or why not; one of the two is null.</summary>
internal readonly record struct Answer<T>(T? Value, NatsException? Refusal)
    where T : class
{
    /// <summary>JetStream's own number of an error; 0 without one.</summary>
    public int ErrCode => (Refusal as NatsJSApiException)?.ErrCode ?? 0;

    /// <summary>Whether the broker does not let this user ask; the message then names the subject.</summary>
    public bool IsDenied => Refusal is NatsPermissionException;

    /// <summary>Whether nothing came: then asking for more is in vain.</summary>
    public bool IsSilent => Refusal is NatsTimeoutException or NatsNotConnectedException;
}
