using WsFanout.Nats;

namespace WsFanout.Intake;

/// <summary>What every reading of stored messages needs.</summary>
/// <param name="Js">Whom to ask for messages.</param>
/// <param name="Sizes">Learns from what comes.</param>
/// <param name="Patience">With an overload; shared by the readings of one start.</param>
/// <param name="Context">The intake's.</param>
internal sealed record ReadingParts(NatsJSContext Js, MessageSizes Sizes, OverloadPatience Patience, IntakeContext Context);
