namespace WsFanout.Hosting;

/// <summary>An address can't be listened on: it is in use, not this machine's, or unknown.</summary>
/// <param name="address">As it was given.</param>
internal sealed class ListenFailedException(string address, Exception cause) : IOException(cause.Message, cause)
{
    public string Address { get; } = address;
}
