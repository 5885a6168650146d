namespace WsFanout.Clients;

/// <summary>What happens when a client's send queue is full.</summary>
internal enum SlowClientPolicy
{
    /// <summary>The oldest whole messages are dropped and a <c>gap</c> stands in their place.</summary>
    Gap,

    /// <summary>The client is closed with 4101.</summary>
    Disconnect,
}
