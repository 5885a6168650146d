namespace WsFanout.Planning.SystemCheck.Broker;

/// <summary>How long the broker may take.</summary>
/// <param name="Answer">For a connection, and for each answer on it.</param>
internal sealed record BrokerPatience(TimeSpan Answer, TimeProvider Time);
