namespace WsFanout.Planning.Calibration;

/// <summary>Where the load test found the end of a server: the last load that passed.</summary>
/// <param name="Clients">Connected clients.</param>
/// <param name="MessagesPerSecond">Published.</param>
/// <param name="DeliveriesPerSecond">Messages × clients.</param>
/// <param name="BoundBy">The resource that ended it: <c>cpu</c>, <c>memory</c>, ….</param>
/// <param name="CpuLimitCores">Cores that the server had.</param>
internal sealed record Knee(double Clients, double MessagesPerSecond, double DeliveriesPerSecond, string BoundBy, double CpuLimitCores);
