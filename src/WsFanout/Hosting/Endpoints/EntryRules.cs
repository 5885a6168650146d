namespace WsFanout.Hosting.Endpoints;

/// <summary>What is asked of a client before it is let in.</summary>
internal sealed record EntryRules(OriginRule Origins, HandshakeToken Token);
