using WsFanout.Planning.Calibration;

namespace WsFanout.Planning.Plan;

/// <summary>
/// Little's law and the M/M/1 queue of one load. The server is what the cores have left when idle work and idle clients are paid, a job is one
/// message with all its deliveries. So ρ = λS, and with λ messages a second there are λ × through messages there, λ × wait of them waiting.
/// </summary>
/// <param name="Name">Of the load.</param>
/// <param name="Utilisation">ρ: messages a second × S, 1 is all of the server. Infinite where idle work leaves nothing.</param>
/// <param name="ServiceSeconds">S: one message to all who get it, (message + deliveries × delivery) / (cores − idle − clients × idle client). Infinite likewise.</param>
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
    public static Queueing Of(PlanBasis basis, Load load) => At(load.Name, load.Clients, basis, load);

    /// <summary>The target's messages at the utilisation that is aimed at: what it would be with so many clients more or fewer.</summary>
    public static Queueing AtTarget(PlanBasis basis)
    {
        // The clients, not rounded, at which ρ is just that.
        var (model, share) = (basis.Model, basis.TargetUtilisation / 100);
        var work = (share * (basis.Governor.CpuLimitCores - model.IdleCores)) - (basis.Target.MessagesPerSecond * model.SecondsPerMessage);
        var clients = work / ((basis.RatePerClient * model.SecondsPerDelivery) + (share * model.CoresPerClient(0)));
        return At("aimed at", Math.Max(0, clients), basis, basis.Target);
    }

    private static Queueing At(string name, double clients, PlanBasis basis, Load load)
    {
        var model = basis.Model;
        var deliveries = clients * load.RatePerClient;
        var left = basis.Governor.CpuLimitCores - model.IdleCores - (clients * model.CoresPerClient(0));
        var work = model.SecondsPerMessage + (deliveries / load.MessagesPerSecond * model.SecondsPerDelivery);
        var service = left > 0 ? work / left : double.PositiveInfinity;
        var rho = load.MessagesPerSecond * service;
        var inFlight = load.MessagesPerSecond * basis.Request.PublishTime.TotalSeconds;
        if (!LoadModel.IsBelow(rho, 1)) return new Queueing(name, rho, service, null, null, null, null, null, inFlight);

        var there = rho / (1 - rho);
        var through = service / (1 - rho);
        return new Queueing(name, rho, service, there, rho * there, there * service, through, deliveries * through, inFlight);
    }
}
