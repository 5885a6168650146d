namespace WsFanout.Governor.Entry;

/// <summary>One client's place. Given back once, however often it is disposed.</summary>
internal sealed class SlotLease(ConnectionSlots slots) : IDisposable
{
    // By Interlocked.
    private int _givenBack;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _givenBack, 1) == 0) slots.GiveBack();
    }
}
