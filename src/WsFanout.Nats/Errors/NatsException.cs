namespace WsFanout.Nats;

/// <summary>Anything that this client reports. The message is a sentence for the operator and carries no secret.</summary>
public class NatsException : Exception
{
    public NatsException(string message)
        : base(message)
    {
    }

    public NatsException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
