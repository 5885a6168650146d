namespace WsFanout.Planning.Plan;

/// <summary>Little's law and the M/M/1 queue of one load, the cores taken for one server and one message with all its deliveries for one job.</summary>
/// <param name="Name">Of the load.</param>
/// <param name="Utilisation">ρ: work that comes / work that can be done, 1 is all of it.</param>
/// <param name="ServiceSeconds">S: one message to all who get it, (message + deliveries × delivery) / cores.</param>
/// <param name="MessagesThere">ρ / (1 − ρ): messages waiting and being delivered. Null where there is no end to it.</param>
/// <param name="MessagesWaiting">ρ² / (1 − ρ): those that wait.</param>
/// <param name="WaitSeconds">ρ / (1 − ρ) × S: how long a message waits before its delivery begins.</param>
/// <param name="ThroughSeconds">S / (1 − ρ): until its last delivery is done.</param>
/// <param name="DeliveriesUnderWay">Little's law: deliveries a second × that time.</param>
/// <param name="PublishesInFlight">Little's law: publishes a second × the time of one.</param>
internal sealed record Queueing(
    string Name,
    double Utilisation,
    double ServiceSeconds,
    double? MessagesThere,
    double? MessagesWaiting,
    double? WaitSeconds,
    double? ThroughSeconds,
    double? DeliveriesUnderWay,
    double PublishesInFlight)
{
    public static Queueing Of(PlanBasis basis, Load load)
    {
        var model = basis.Model;
        var rho = (model.Cores(load.Clients, load.RatePerClient, load.MessagesPerSecond) - model.IdleCores) / Math.Max(1e-9, basis.Governor.CpuLimitCores - model.IdleCores);
        return At(load.Name, rho, basis, load);
    }

    /// <summary>The target's messages at the utilisation that is aimed at: what it would be with so many clients more or fewer.</summary>
    public static Queueing AtTarget(PlanBasis basis)
    {
        var clients = basis.Model.ClientsWithinCores(basis.Governor.CpuLimitCores * basis.TargetUtilisation / 100, basis.RatePerClient, basis.Request.MessagesPerSecond);
        return At("aimed at", basis.TargetUtilisation / 100, basis, basis.Target with { Clients = clients });
    }

    private static Queueing At(string name, double rho, PlanBasis basis, Load load)
    {
        var deliveriesPerMessage = load.DeliveriesPerSecond / load.MessagesPerSecond;
        var service = (basis.Model.SecondsPerMessage + (deliveriesPerMessage * basis.Model.SecondsPerDelivery)) / basis.Governor.CpuLimitCores;
        var inFlight = load.MessagesPerSecond * basis.Request.PublishTime.TotalSeconds;
        if (rho >= 1) return new Queueing(name, rho, service, null, null, null, null, null, inFlight);

        var there = rho / (1 - rho);
        var through = service / (1 - rho);
        return new Queueing(name, rho, service, there, rho * there, there * service, through, load.DeliveriesPerSecond * through, inFlight);
    }
}
