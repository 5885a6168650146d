namespace WsFanout.Planning.Plan;

/// <summary>One load that the plan looks at.</summary>
/// <param name="Name">Light, target, peak, ….</param>
/// <param name="Clients">Connected.</param>
/// <param name="RatePerClient">Messages a second that each gets.</param>
/// <param name="MessagesPerSecond">Published.</param>
internal sealed record Load(string Name, long Clients, double RatePerClient, double MessagesPerSecond)
{
    public double DeliveriesPerSecond => Clients * RatePerClient;
}
