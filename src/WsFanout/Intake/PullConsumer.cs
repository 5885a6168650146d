using WsFanout.Nats;

namespace WsFanout.Intake;

/// <summary>A consumer that was made, and where its messages come in.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Inbox">Messages and status frames; made anew for each consumer, so that nothing of an old one is ever mistaken.</param>
/// <param name="First">The sequence number that it starts at; above the one asked for where the stream no longer holds that.</param>
internal sealed record PullConsumer(string Name, NatsSub Inbox, long First);
