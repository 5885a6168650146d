namespace WsFanout.Clients;

/// <summary>
/// Messages that wait in the queues of one worker beyond their bounds, of all its clients together. A message is shared by all who wait for it, so
/// what each of them costs is a reference.
/// </summary>
/// <remarks>The owning worker only.</remarks>
/// <param name="most">References; 0: none may wait beyond the bounds.</param>
internal sealed class Overdraft(long most)
{
    /// <summary>What the place of a reference takes: 8, twice that while little of a queue is used, and the old places while it grows. Bytes.</summary>
    public const int BytesPerMessage = 32;

    public bool HasRoom => Messages < most;

    /// <summary>Beyond the bounds now.</summary>
    public long Messages { get; private set; }

    public void Change(int by) => Messages += by;
}
