namespace WsFanout.Intake;

/// <summary>A consumer that starts right behind the cursor.</summary>
/// <param name="DuplicateWindow">How long the stream knows a message again by its id.</param>
internal sealed record Attachment(PullConsumer Consumer, TimeSpan DuplicateWindow);
