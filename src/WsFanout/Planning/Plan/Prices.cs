namespace WsFanout.Planning.Plan;

/// <summary>What the target load costs, by the price of an instance.</summary>
/// <param name="InstancePerMonth">As given.</param>
/// <param name="PerThousandClients">A month: price × 1,000 / clients of the target load.</param>
/// <param name="PerMillionDeliveries">price / deliveries of a month × 1,000,000, the target load all month long.</param>
internal sealed record Prices(double InstancePerMonth, double PerThousandClients, double PerMillionDeliveries)
{
    /// <summary>365 days / 12.</summary>
    public const double SecondsPerMonth = 2_628_000;

    public static Prices Of(PlanBasis basis)
    {
        var price = basis.Request.InstanceCost;
        return new Prices(price, price * 1000 / basis.Target.Clients, price * 1e6 / (basis.Target.DeliveriesPerSecond * SecondsPerMonth));
    }
}
