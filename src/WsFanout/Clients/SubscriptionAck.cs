namespace WsFanout.Clients;

/// <summary>What a <c>subscription_ack</c> says of the subscriptions themselves.</summary>
/// <param name="Names">Those that were accepted, as requested.</param>
/// <param name="Count">All subscriptions of the client by then.</param>
internal readonly record struct SubscriptionAck(IReadOnlyList<string> Names, int Count);
