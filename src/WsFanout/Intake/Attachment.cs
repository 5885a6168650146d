using WsFanout.Nats;

namespace WsFanout.Intake;

/// <summary>A consumer that starts right behind the cursor, and where its messages come in.</summary>
/// <param name="Consumer">Its name.</param>
/// <param name="Inbox">Messages and status frames; made anew for each consumer, so that nothing of an old one is ever mistaken.</param>
/// <param name="DuplicateWindow">How long the stream knows a message again by its id.</param>
internal sealed record Attachment(string Consumer, NatsSub Inbox, TimeSpan DuplicateWindow);
