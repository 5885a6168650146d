using WsFanout.Fanout;
using WsFanout.Governor;
using WsFanout.Governor.Entry;
using WsFanout.Governor.Meters;
using WsFanout.Intake;

namespace WsFanout.Hosting.Endpoints;

/// <summary>What <c>/health</c> reports on.</summary>
/// <param name="StartedAt">By the wall clock: tells this process from any other, also from the one before it at the same address.</param>
/// <param name="HasBroker">False with the built-in source.</param>
internal sealed record HealthFacts(
    string Version, DateTimeOffset StartedAt, bool HasBroker, ConnectionSlots Slots, LoadMeters Meters, GovernorOptions Limits, LoadGovernor Governor, StreamLedger Ledger, Ring Ring);
